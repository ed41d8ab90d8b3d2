/**
 * The modules, from the ground up: a module may import only those listed before it, and of those only what its row
 * names. A module gets its row when its folder appears.
 */
export interface Module {
	name: string;
	/** what nobody else writes */
	owns: string;
	/** whose front and back doors it may use */
	imports: readonly string[];
	/** reads every module's tables and writes nothing */
	readsEverything?: true;
	/** no database, no clock, no chance: the same answer on the till and on the server */
	pure?: true;
}

export const modules: readonly Module[] = [
	{ name: 'pricing', owns: 'baskets, effects, stacking, caps, the quote', imports: [], pure: true },
	{ name: 'identity', owns: 'staff, roles, permissions, tills, PINs, sessions', imports: [] },
	{
		name: 'imports',
		owns: 'files on their way in and what became of their lines',
		// The history says who it was.
		imports: ['identity']
	},
	{
		name: 'stores',
		owns: 'the programme, stores, products, categories',
		// The programme's settings are checked against the pure rules that will read them.
		imports: ['pricing', 'imports']
	},
	{ name: 'setup', owns: 'the set-up code of an empty house', imports: ['identity', 'stores'] },
	{
		name: 'customers',
		owns: 'members, codes, consents, tags, attributes',
		// Whoever is erased can no longer sign in; whoever claims receipts or asks for members again and again is slowed down.
		imports: ['identity', 'imports', 'stores']
	},
	{ name: 'ledger', owns: 'accounts, transfers, entries, lots, holds', imports: [] },
	{
		name: 'groups',
		owns: 'households and firms, who belongs to them and shares a purse',
		imports: ['customers', 'ledger']
	},
	{
		name: 'points',
		owns: 'the policy for manual moves of points, who moved what and why',
		// Who gives points away again and again is slowed down as one who types PINs is.
		imports: ['pricing', 'identity', 'imports', 'stores', 'customers', 'ledger']
	},
	{
		name: 'purchases',
		owns: 'receipts, lines, returns, rolling figures',
		imports: ['pricing', 'stores', 'customers']
	},
	{
		name: 'giftcards',
		owns: 'gift cards, and gifts of them',
		// Whoever tries codes or a card's PIN is slowed down as one who types a cashier's PIN is.
		imports: ['pricing', 'identity', 'stores', 'customers', 'ledger']
	},
	{
		name: 'vouchers',
		owns: 'voucher definitions, codes, redemptions',
		// A shopper who types codes is slowed down as one who types PINs is.
		imports: ['pricing', 'identity', 'imports', 'stores', 'customers']
	},
	{
		name: 'checkout',
		owns: 'nothing: it gathers, commits and undoes through the others',
		imports: [
			'identity',
			'pricing',
			'stores',
			'customers',
			'ledger',
			'groups',
			'points',
			'purchases',
			'giftcards',
			'vouchers'
		]
	},
	{
		name: 'reminders',
		owns: 'what members were told that ends soon',
		imports: ['customers', 'ledger', 'points', 'stores']
	},
	{
		name: 'wallet',
		owns: 'nothing: the shopper’s screens put together',
		imports: ['pricing', 'stores', 'ledger', 'groups', 'points', 'reminders', 'purchases', 'giftcards', 'vouchers']
	},
	{
		name: 'reports',
		owns: 'nothing: read models of the console',
		imports: ['stores', 'customers', 'ledger', 'points', 'groups', 'purchases', 'giftcards', 'vouchers'],
		readsEverything: true
	}
];

export const moduleNames: readonly string[] = modules.map(({ name }) => name);
