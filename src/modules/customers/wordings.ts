import type { Language } from '#core/languages';
import type { ConsentPurpose } from './index.ts';

/**
 * What people agreed to, word for word. A wording is never changed: another one gets another name, so that it is known
 * for good who agreed to what. `{programme}` is the programme's name.
 */
export interface Wording {
	name: string;
	purpose: ConsentPurpose;
	text: Record<Language, string>;
}

export const wordings: readonly Wording[] = [
	{
		name: 'programme-2026-11-22',
		purpose: 'programme',
		text: {
			en: 'By continuing you join {programme}. To run it, the shop keeps your e-mail address, your purchases and your points; its staff can see them.',
			ru: 'Продолжая, вы вступаете в программу {programme}. Для её работы магазин хранит ваш адрес эл. почты, покупки и баллы; их видят его сотрудники.',
			zh: '继续即表示您加入 {programme}。为此商店会保存您的邮箱、购物记录和积分，店员可以看到。',
			fa: 'با ادامه، عضو \u2068{programme}\u2069 می‌شوید. برای این کار فروشگاه نشانی ایمیل، خریدها و امتیازهای شما را نگه می‌دارد و کارکنانش آن‌ها را می‌بینند.'
		}
	},
	{
		name: 'news-2026-11',
		purpose: 'news',
		text: {
			en: 'Vouchers and news by e-mail. Now and then, and only from this shop.',
			ru: 'Ваучеры и новости по эл. почте. Изредка и только от этого магазина.',
			zh: '通过邮件接收优惠和消息。偶尔发送，仅限本店。',
			fa: 'کوپن‌ها و خبرها با ایمیل. گهگاه و فقط از همین فروشگاه.'
		}
	},
	{
		name: 'programme-in-person-2026-11',
		purpose: 'programme',
		text: {
			en: 'I join {programme}. To run it, the shop keeps what I tell it about myself, my purchases and my points; its staff can see them.',
			ru: 'Я вступаю в программу {programme}. Для её работы магазин хранит то, что я о себе сообщаю, мои покупки и баллы; их видят его сотрудники.',
			zh: '我加入 {programme}。为此商店会保存我告知的个人信息、购物记录和积分，店员可以看到。',
			fa: 'عضو \u2068{programme}\u2069 می‌شوم. برای این کار فروشگاه آنچه دربارهٔ خودم می‌گویم، خریدها و امتیازهایم را نگه می‌دارد و کارکنانش آن‌ها را می‌بینند.'
		}
	},
	{
		name: 'news-in-person-2026-11',
		purpose: 'news',
		text: {
			en: 'The shop may send me vouchers and news, now and then, until I say no.',
			ru: 'Магазин может изредка присылать мне ваучеры и новости, пока я не откажусь.',
			zh: '商店可以偶尔向我发送优惠和消息，直到我拒绝为止。',
			fa: 'فروشگاه می‌تواند گهگاه برایم کوپن و خبر بفرستد، تا وقتی که نخواهم.'
		}
	}
];

/** What is read out or signed where somebody joins in person. */
export const inPerson: Record<ConsentPurpose, string> = {
	programme: 'programme-in-person-2026-11',
	news: 'news-in-person-2026-11'
};

/** A wording's text; null: a file brought the consent, and the name is all that it said. */
export const wordingText = (name: string, language: Language, programme: string): string | null =>
	wordings.find((wording) => wording.name === name)?.text[language].replace('{programme}', programme) ?? null;
