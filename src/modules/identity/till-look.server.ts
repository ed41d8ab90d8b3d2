import type { Role, Till } from '#core/actor';
import { later } from '#core/time';
import { groupCommit, perDatabase } from '#platform/batch';
import { listsOf } from '#platform/bulk';
import { sqlOf, type Db } from '#platform/db';
import { isBuiltIn, known, permissionsOf } from './permissions.ts';

/**
 * Who stands at a tablet, looked up for every request that it sends. Requests that arrive together are looked up together,
 * each as it is at that moment: nothing is remembered, so that who was signed out or revoked is out at once.
 */

interface Row {
	place: number;
	device_id: string;
	store_id: string;
	device_seen_at: string;
	session_id: string | null;
	session_seen_at: string | null;
	staff_id: string | null;
	name: string | null;
	role: Role | null;
	store_ids: string[] | null;
	own_permissions: string[] | null;
}

export interface TillLook {
	till: Till;
	deviceSeenAt: Date;
	/** that of the cashier who is signed in; null: nobody is */
	session: { id: string; seenAt: Date } | null;
}

interface Asked {
	tokenHash: string;
	/** who was seen last before is signed out */
	since: Date;
}

const look = async (db: Db, asked: Asked[]): Promise<(TillLook | null)[]> => {
	const rows = await sqlOf(db).unsafe<Row[]>(
		`select x.place::int as place, d.id as device_id, d.store_id, d.last_seen_at as device_seen_at, t.id as session_id,
			t.last_seen_at as session_seen_at, s.id as staff_id, s.name, s.role, to_json(s.store_ids) as store_ids,
			to_json(r.permissions) as own_permissions
		from unnest($1::text[], $2::timestamptz[]) with ordinality as x(hash, since, place)
		join devices d on d.token_hash = x.hash collate "C" and d.revoked_at is null
		left join till_sessions t on t.device_id = d.id and t.signed_out_at is null and t.last_seen_at > x.since
		left join staff s on s.id = t.staff_id and s.disabled_at is null
			and (s.store_ids is null or d.store_id = any(s.store_ids))
		left join roles r on r.id = s.role`,
		listsOf(asked, ['tokenHash', 'since']),
		{ prepare: true }
	);
	const looks: (TillLook | null)[] = asked.map(() => null);
	for (const row of rows) looks[row.place - 1] = lookOf(row);
	return looks;
};

const lookOf = (row: Row): TillLook => ({
	till: { kind: 'till', deviceId: row.device_id, storeId: row.store_id, staff: standing(row) },
	deviceSeenAt: later(new Date(row.device_seen_at), 0),
	session:
		row.session_id !== null && row.session_seen_at !== null
			? { id: row.session_id, seenAt: later(new Date(row.session_seen_at), 0) }
			: null
});

/** Who stands there, with their rights as they are now. */
function standing({ staff_id, name, role, store_ids, own_permissions }: Row): Till['staff'] {
	if (staff_id === null || name === null || role === null) return null;
	const permissions = isBuiltIn(role) ? permissionsOf(role) : known(own_permissions ?? []);
	return { id: staff_id, name, role, permissions, storeIds: store_ids };
}

const looksOf = perDatabase((db) => groupCommit((waiting: Asked[]) => look(db, waiting), { most: 64, inFlight: 1 }));

/** The tablet of a token and who stands there; null for unknown and revoked ones. */
export const lookAtTill = (db: Db, asked: Asked): Promise<TillLook | null> => looksOf(db)(asked);
