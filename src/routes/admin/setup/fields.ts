/** The fields of the form, in its order. */
export const fieldNames = [
	'code',
	'shop',
	'currency',
	'timeZone',
	'store',
	'city',
	'name',
	'email',
	'password'
] as const;
export type FieldName = (typeof fieldNames)[number];
export type Fields = Record<FieldName, string>;

export const emptyFields = (): Fields => Object.fromEntries(fieldNames.map((name) => [name, ''])) as Fields;

/** What the form sent; a field that did not come, or came as a file, is empty. */
export const readFields = (form: FormData): Fields =>
	Object.fromEntries(
		fieldNames.map((name) => {
			const value = form.get(name);
			return [name, typeof value === 'string' ? value : ''];
		})
	) as Fields;

/** The fields that a refused input names: `[{ path, problem }]`. */
export function fieldsIn(attachment: unknown): FieldName[] {
	const paths = Array.isArray(attachment) ? attachment.map((item: { path?: unknown }) => item.path) : [];
	return fieldNames.filter((name) => paths.includes(name));
}
