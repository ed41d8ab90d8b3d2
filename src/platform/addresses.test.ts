import { expect, it } from 'vitest';
import { eachServer, serversOf, wishOf } from './addresses.server.ts';

it('an address that names several servers is taken apart into one for each', () => {
	const both = 'postgres://till:p%40ss@one:5432,[fd00::2]:5433/shop?sslmode=require&target_session_attrs=primary';
	expect(eachServer(both)).toEqual([
		'postgres://till:p%40ss@one:5432/shop?sslmode=require',
		'postgres://till:p%40ss@[fd00::2]:5433/shop?sslmode=require'
	]);
	expect(serversOf(both)).toBe('one:5432, [fd00::2]:5433');
});

it('an address of one server is left as it is, whatever its password looks like', () => {
	const one = 'postgres://till:a,b@one:5432/shop?target_session_attrs=primary';
	expect(eachServer(one)).toEqual([one]);
});

it('who says nothing wants the server that takes writes', () => {
	const wish = (words: string) => wishOf(`postgres://till:secret@one,two/shop${words}`);
	expect(wish('')).toBe('primary');
	expect(wish('?target_session_attrs=read-write')).toBe('primary');
	expect(wish('?sslmode=require&target_session_attrs=prefer-standby')).toBe('standby');
	expect(wish('?target_session_attrs=any')).toBe('any');
	expect(wish('?target_session_attrs=nearest')).toBeNull();
});
