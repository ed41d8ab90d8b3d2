import type { ImportField } from '#imports';
import type { Attribute } from './attribute-values.ts';
import { personLimits } from './person.ts';

/** The columns of a file of members: those that we write, under these names, and read under any of them. */
export const memberFields = [
	{ key: 'id', names: { en: ['ID'], ru: ['ID'], zh: ['编号', 'ID'], fa: ['شناسه', 'ID'] } },
	{
		key: 'code',
		names: {
			en: ['Member number', 'Member code', 'Number'],
			ru: ['Номер участника', 'Код участника', 'Номер'],
			zh: ['会员号', '会员码'],
			fa: ['شمارهٔ عضو', 'شماره عضو', 'کد عضو']
		}
	},
	{
		key: 'name',
		names: {
			en: ['Name', 'Full name', 'Customer', 'Customer name'],
			ru: ['Имя', 'ФИО', 'Имя и фамилия', 'Клиент'],
			zh: ['姓名', '名字', '客户'],
			fa: ['نام', 'نام و نام خانوادگی', 'مشتری']
		}
	},
	{
		key: 'email',
		names: {
			en: ['E-mail', 'Email', 'E-mail address', 'Mail'],
			ru: ['Почта', 'Эл. почта', 'E-mail'],
			zh: ['邮箱', '电子邮件', '电子邮箱'],
			fa: ['ایمیل', 'رایانامه', 'پست الکترونیک']
		}
	},
	{
		key: 'phone',
		names: {
			en: ['Phone', 'Telephone', 'Mobile', 'Phone number'],
			ru: ['Телефон', 'Мобильный'],
			zh: ['电话', '手机', '手机号'],
			fa: ['تلفن', 'موبایل', 'شماره تلفن']
		}
	},
	{
		key: 'birthday',
		names: {
			en: ['Birthday', 'Date of birth', 'Birth date'],
			ru: ['День рождения', 'Дата рождения'],
			zh: ['生日', '出生日期'],
			fa: ['تاریخ تولد', 'روز تولد']
		}
	},
	{ key: 'language', names: { en: ['Language'], ru: ['Язык'], zh: ['语言'], fa: ['زبان'] } },
	{
		key: 'address',
		names: { en: ['Address'], ru: ['Адрес'], zh: ['地址'], fa: ['نشانی', 'آدرس'] }
	},
	{
		key: 'note',
		longest: personLimits.note,
		names: { en: ['Note', 'Comment'], ru: ['Заметка', 'Комментарий'], zh: ['备注'], fa: ['یادداشت', 'توضیح'] }
	},
	{
		key: 'tags',
		longest: 2000,
		names: { en: ['Tags', 'Groups'], ru: ['Метки', 'Группы'], zh: ['标签'], fa: ['برچسب‌ها', 'برچسب'] }
	},
	{
		key: 'codes',
		longest: 1000,
		names: {
			en: ['Further codes', 'Cards', 'Card number', 'Barcode'],
			ru: ['Другие коды', 'Карты', 'Номер карты', 'Штрихкод'],
			zh: ['其他代码', '卡号', '条码'],
			fa: ['کدهای دیگر', 'شماره کارت', 'بارکد']
		}
	},
	{
		key: 'joined',
		names: {
			en: ['Joined on', 'Joined', 'Member since'],
			ru: ['Участник с', 'Дата вступления'],
			zh: ['加入日期', '入会日期'],
			fa: ['تاریخ عضویت', 'عضو از']
		}
	},
	{
		key: 'consent',
		names: {
			en: ['Agreed to the programme on', 'Consent', 'Consent date'],
			ru: ['Согласие с программой', 'Дата согласия'],
			zh: ['同意计划日期', '同意日期'],
			fa: ['روز موافقت با برنامه', 'موافقت']
		}
	},
	{
		key: 'wording',
		names: {
			en: ['Wording of the consent', 'Consent wording', 'Consent source'],
			ru: ['Текст согласия', 'Источник согласия'],
			zh: ['同意内容', '同意来源'],
			fa: ['متن موافقت', 'منبع موافقت']
		}
	},
	{
		key: 'news',
		names: {
			en: ['Agreed to news on', 'News', 'Newsletter'],
			ru: ['Согласие на новости', 'Новости', 'Рассылка'],
			zh: ['同意资讯日期', '资讯'],
			fa: ['روز موافقت با خبرها', 'خبرنامه']
		}
	},
	{
		key: 'newsWording',
		names: {
			en: ['Wording for news', 'News source'],
			ru: ['Текст согласия на новости'],
			zh: ['资讯同意内容'],
			fa: ['متن موافقت با خبرها']
		}
	}
] as const satisfies readonly ImportField[];

const prefix = 'attribute.';

/** A column for each attribute that the house asks: by its label, or by its key. */
export const attributeFields = (asked: readonly Attribute[]): ImportField[] =>
	asked.map(({ key, label }) => {
		const names = [label, key];
		return { key: prefix + key, names: { en: names, ru: names, zh: names, fa: names } };
	});

export const attributeFieldKey = (key: string): string => prefix + key;
