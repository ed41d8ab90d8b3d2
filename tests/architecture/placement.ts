/**
 * Where each table would lie on a Postgres that is spread over several machines (Citus, YugabyteDB), and what of the
 * schema and of the hot path such a Postgres would not take yet. None of them could be tried here: what is known of them
 * is from their documents. `placement.test.ts` holds all of this to a migrated database, and the README's table to it.
 */
export interface Placement {
	/** in rows by the value of the column that is named; whole on every machine; whole on one */
	place: 'distributed' | 'reference' | 'local';
	/** what a distributed row lies by: rows of one value lie together, whatever their table */
	by?: 'owner' | 'transfer' | 'member' | 'gift card' | 'voucher code' | 'linked code' | 'group' | 'return' | 'caller';
	why: string;
	/** a distributed one with its column */
	tables: readonly string[];
}

export const placements: readonly Placement[] = [
	{
		place: 'distributed',
		by: 'owner',
		why: 'whoever posts touches the accounts of one owner: a member, a gift card, a purse',
		tables: [
			'account_owners.owner_id',
			'accounts.owner_id',
			'entries.owner_id',
			'lots.owner_id',
			'holds.owner_id',
			'point_days.subject_id'
		]
	},
	{
		place: 'distributed',
		by: 'transfer',
		why: 'it names two owners, one of them mostly the house, which may not gather all rows: it lies by its own id',
		tables: ['transfers.id']
	},
	{
		place: 'distributed',
		by: 'member',
		why: 'a member’s own things lie where their accounts lie',
		tables: [
			'members.id',
			'member_figures.member_id',
			'member_code_uses.member_id',
			'member_tags.member_id',
			'member_attributes.member_id',
			'consents.member_id',
			'erasures.member_id',
			'reminders.member_id',
			'receipts.member_id',
			'returns.member_id',
			'voucher_redemptions.member_id',
			'point_acts.member_id',
			'outbox.subject_id'
		]
	},
	{
		place: 'distributed',
		by: 'gift card',
		why: 'a gift card is somebody’s today and another’s tomorrow: it lies by its own id, where its account lies',
		tables: ['gift_cards.id', 'gifts.card_id']
	},
	{
		place: 'distributed',
		by: 'voucher code',
		why: 'a code may be everybody’s: it lies by its own id, and whose it is is data',
		tables: ['voucher_codes.id', 'voucher_holds.code_id']
	},
	{
		place: 'distributed',
		by: 'linked code',
		why: 'what is scanned leads to a member: it lies by what is scanned',
		tables: ['member_codes.code']
	},
	{
		place: 'distributed',
		by: 'group',
		why: 'a group lies by itself, where its purse lies',
		tables: ['member_groups.id', 'group_members.group_id']
	},
	{
		place: 'distributed',
		by: 'return',
		why: 'what a return is made of lies by what it belongs to; returns without a receipt may be nobody’s',
		tables: ['return_lines.receipt_id', 'exchanges.return_id', 'blind_returns.id', 'blind_return_lines.return_id']
	},
	{
		place: 'distributed',
		by: 'caller',
		why: 'keys are asked for by whoever sent them: each tablet and program has its own',
		tables: ['once_keys.caller']
	},
	{
		place: 'reference',
		why: 'small, changed by people of the house, read with every sale or joined to what is distributed',
		tables: [
			'programmes',
			'stores',
			'categories',
			'tax_classes',
			'products',
			'product_barcodes',
			'vouchers',
			'voucher_policies',
			'gift_card_policies',
			'gift_card_batches',
			'points_policies',
			'return_policies',
			'member_policies',
			'data_policies',
			'attributes',
			'tags'
		]
	},
	{
		place: 'local',
		why: 'the people of the house, their tablets and programs: few, and joined to nothing hot',
		tables: [
			'staff',
			'roles',
			'invitations',
			'devices',
			'enrolment_codes',
			'till_sessions',
			'api_clients',
			'setup_codes',
			'sign_in_rules'
		]
	},
	{
		place: 'local',
		why: 'who is signed in, by a token that tells nothing else: looked up alone, never inside a sale',
		tables: [
			'users',
			'sessions',
			'auth_accounts',
			'verifications',
			'sign_in_tries',
			'password_resets',
			'second_factors',
			'recovery_codes',
			'passkeys',
			'spent_challenges',
			'known_devices'
		]
	},
	{
		place: 'local',
		why: 'the office’s work: read by time, written beside nothing hot',
		tables: ['trail_entries', 'imports', 'import_pieces', 'import_keys', 'import_refused', 'product_images']
	}
];

const lookUp =
	'a small table of its own by what is looked up, with the id it leads to, claimed in a transaction before the row';
const byChance =
	'an index that is not unique: it is drawn by chance from 32 to the 10th, and the audit would tell of a double';
const audited =
	'to leave the reference out, as receipts do: the verb that writes has just locked or read what it refers to';
const itself =
	'the key would name the column first; look-ups by id alone would bring it along, or keep an index on the id';

/**
 * What Citus refuses of the schema, by its documents, and what each would take. YugabyteDB, by its own, has unique indexes,
 * references and triggers that reach over machines: there each costs a journey. A row that is no longer true fails the
 * test, as does a fault that has no row.
 */
export const schemaFaults: Readonly<Record<string, string>> = {
	// In the way of a sale.
	'receipts: its key does not begin with member_id': itself,
	'receipts: receipts_number is unique without member_id': byChance,
	'outbox: its key does not begin with subject_id': itself,
	'members: members_number is unique without id': `for guests ${byChance}; for members ${lookUp}`,
	'gift_cards: gift_cards_code is unique without id': lookUp,
	'gift_cards: has the trigger follow_merge':
		'the two verbs that put a card into a wallet would follow the merge themselves, under the member’s lock',
	'gift_cards: member_id refers to members, which lies elsewhere': audited,
	'voucher_codes: voucher_codes_code is unique without id':
		'to lie by the code instead of the id, and a code that never changes; redemptions and holds would name the code',
	'voucher_codes: voucher_codes_replaces is unique without id':
		'the code that was replaced would name the one in its place: its own row, which is locked for it already',
	'voucher_codes: has the trigger follow_merge': 'as for gift cards: whoever assigns a code would follow the merge',
	'voucher_codes: member_id refers to members, which lies elsewhere': audited,
	'member_codes: its key does not begin with code': itself,
	'member_codes: member_id refers to members, which lies elsewhere': audited,

	// Returns.
	'returns: its key does not begin with member_id': itself,
	'returns: returns_number is unique without member_id': byChance,
	'returns: receipt_id refers to receipts, which lies elsewhere':
		'a reference by member and receipt together, once the key of receipts begins with the member',
	'return_lines: return_id refers to returns, which lies elsewhere': 'the member in each line, first in its key',
	'exchanges: return_id refers to returns, which lies elsewhere': 'the member in each exchange, first in its key',
	'exchanges: exchanges_receipt is unique without return_id':
		'the member in each exchange: both receipts are one member’s, or the second a guest’s',
	'blind_returns: blind_returns_number is unique without id': byChance,

	// Nothing of this is in the way of a sale.
	'consents: its key does not begin with member_id': itself,
	'erasures: its key does not begin with member_id': itself,
	'point_acts: its key does not begin with member_id': itself,
	'members: members_email is unique without id': lookUp,
	'members: members_phone is unique without id': lookUp,
	'members: members_user is unique without id': lookUp,
	'members: has the trigger tags_follow_joining':
		'whoever notes that a member joined would write it to their tags as well',
	'member_tags: has the trigger tag_takes_joining': 'whoever puts a tag on a member would copy when they joined',
	'gifts: its key does not begin with card_id': itself,
	'gifts: gifts_token is unique without card_id': lookUp,
	'gifts: claimed_by refers to members, which lies elsewhere': audited,
	'gifts: giver_member_id refers to members, which lies elsewhere': audited,
	'group_members: its key does not begin with group_id': itself,
	'group_members: group_members_one_purse is unique without group_id':
		'to trust the member’s row of account_owners alone, which is locked meanwhile and says where they post to',
	'group_members: member_id refers to members, which lies elsewhere': audited,
	'member_groups: heir_member_id refers to members, which lies elsewhere': audited
};

const parts =
	'a statement for each of its keys in place of one, in one transaction over the machines: the vouchers’ and cards’ claims, ' +
	'the member’s side, the caller’s key; transfers beside the owner they belong to, with that owner in their key';
const beside =
	'the code’s own member and limit are in its row; the member’s uses would be read by a statement of their own';

/**
 * What a till waits for and one machine cannot answer alone, and what each would take. Found by Postgres' own plans of
 * what is really said. An owner counts as the member or card that it is.
 *
 * Besides, every statement here takes lists, one for all that travel together, and Citus sends a statement to one machine
 * only where it names the one value of the column. Batches of one bucket (`BATCH_BUCKETS`) are half of the way; the other
 * is the bucket as the column to lie by, named in each statement.
 */
export const statementFaults: Readonly<Record<string, string>> = {
	'a sale locks by member, voucher code': beside,
	'a sale writes by caller, gift card, member, transfer, voucher code': parts,
	'a sale writes by caller, member, transfer': parts,
	'a posting writes by owner, transfer': 'transfers beside the owner they belong to, with that owner in their key',
	'a charge writes by owner, transfer': 'transfers beside the owner they belong to, with that owner in their key',
	'a sale reads voucher_codes on every machine':
		'a member’s codes listed beside the member; only for what is held at tills and for what a scan shows',
	'a scan reads by member, voucher code': beside,
	'a scan reads voucher_codes on every machine': 'a member’s codes listed beside the member',
	'a scan reads gift_cards on every machine': 'a member’s cards listed beside the member',
	'a scan reads members on every machine':
		'the number that is scanned in a table that lies by it, with the member it leads to',
	// Only when a key is sent again: the first answer is read.
	'a sale reads by member, return': 'the member kept with the key’s answer, and asked for with the receipt',
	'a sale reads receipts on every machine': 'the member kept with the key’s answer, and asked for with the receipt',
	'a sale reads returns on every machine': 'the member kept with the key’s answer, and asked for with the receipt'
};
