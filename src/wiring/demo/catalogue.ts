/** What the demo shop sells: a delicatessen with a coffee bar. Prices and costs in cents; invented. */
export const shop = { name: 'Linden & Saffron', currency: 'EUR', timeZone: 'Europe/Berlin' } as const;

const halfSeven = 450;
const [six, eight] = [1080, 1200];
/** Monday to Saturday the whole day, Sunday the bakery's morning. */
const city = [...Array.from({ length: 6 }, () => [[halfSeven, eight]] as const), [[480, 780]] as const];
/** With a break at noon, and shut on Sundays. */
const quiet = [...Array.from({ length: 6 }, () => [[480, 780] as const, [870, six] as const]), []];

export const places = [
	{ name: 'Linden & Saffron Altona', city: 'Hamburg', address: 'Lindenplatz 7', weekly: city, share: 5 },
	{ name: 'Linden & Saffron Eppendorf', city: 'Hamburg', address: 'Am Markt 12', weekly: city, share: 3 },
	{ name: 'Linden & Saffron Südvorstadt', city: 'Leipzig', address: 'Safranweg 3', weekly: quiet, share: 2 }
] as const;

/** What is drunk at the bar and what is lent is taxed in full, food by the lower rate. */
export const taxClasses = {
	full: { name: 'Standard', ratePcm: 19_000, ordinary: false },
	food: { name: 'Food', ratePcm: 7_000, ordinary: true }
};
export const taxedInFull: readonly string[] = ['Coffee bar', 'Deposits'];

export interface DemoProduct {
	name: string;
	cents: number;
	cost: number;
	/** how often it is taken, beside the others */
	weight: number;
	kilogram?: boolean;
}

const p = (name: string, cents: number, cost: number, weight: number): DemoProduct => ({ name, cents, cost, weight });
const kg = (name: string, cents: number, cost: number, weight: number): DemoProduct => ({
	name,
	cents,
	cost,
	weight,
	kilogram: true
});

/** Deposits earn nothing: they are money lent, not spent. */
export const depositCategory = 'Deposits';

export const catalogue: { category: string; brand?: string; products: DemoProduct[] }[] = [
	{
		category: 'Coffee bar',
		products: [
			p('Espresso', 240, 42, 26),
			p('Flat white', 390, 88, 30),
			p('Cappuccino', 360, 80, 34),
			p('Filter coffee', 310, 48, 16),
			p('Oat latte', 430, 110, 22),
			p('Hot chocolate', 420, 105, 8),
			p('Masala chai', 410, 90, 9),
			p('Iced americano', 380, 60, 7)
		]
	},
	{
		category: 'Beans & tea',
		brand: 'Linden Roast',
		products: [
			p('House blend 250 g', 890, 410, 12),
			p('House blend 1 kg', 2990, 1480, 6),
			p('Ethiopia Sidamo 250 g', 1190, 580, 6),
			p('Decaf Colombia 250 g', 1090, 530, 3),
			p('Darjeeling first flush 100 g', 1450, 690, 3),
			p('Sencha 100 g', 1290, 600, 3),
			p('Rooibos 100 g', 690, 260, 4),
			p('Saffron black tea 100 g', 1690, 760, 2)
		]
	},
	{
		category: 'Bakery',
		products: [
			p('Sourdough loaf', 590, 190, 28),
			p('Rye loaf', 540, 170, 18),
			p('Baguette', 280, 80, 20),
			p('Croissant', 260, 85, 30),
			p('Cinnamon bun', 320, 95, 24),
			p('Poppy-seed slice', 340, 110, 10),
			p('Barbari bread', 390, 120, 8),
			p('Bread rolls, five', 300, 95, 20)
		]
	},
	{
		category: 'Cheese & dairy',
		brand: 'Hofgut Elbwiesen',
		products: [
			kg('Comté, 18 months', 3690, 2150, 9),
			kg('Goat cheese log', 2890, 1620, 7),
			kg('Mountain cheese', 2490, 1380, 9),
			kg('Feta in brine', 1690, 820, 11),
			p('Farm butter 250 g', 420, 240, 16),
			p('Yogurt 500 g', 290, 140, 16),
			p('Labneh 200 g', 450, 210, 7),
			p('Free-range eggs, ten', 490, 290, 17)
		]
	},
	{
		category: 'Fruit, nuts & olives',
		products: [
			kg('Apples', 390, 190, 15),
			kg('Oranges', 350, 170, 13),
			kg('Pomegranates', 690, 360, 5),
			kg('Medjool dates', 1890, 960, 6),
			kg('Pistachios, roasted', 3290, 1890, 6),
			kg('Almonds', 1990, 1080, 5),
			kg('Kalamata olives', 1790, 860, 8),
			kg('Dried mulberries', 2490, 1300, 2)
		]
	},
	{
		category: 'Pantry',
		brand: 'Saffron House',
		products: [
			p('Olive oil 500 ml', 1290, 680, 9),
			p('Wildflower honey 500 g', 990, 520, 7),
			p('Saffron 1 g', 890, 420, 3),
			p('Basmati rice 1 kg', 490, 230, 9),
			p('Spaghetti 500 g', 320, 130, 13),
			p('Tomato passata 690 g', 290, 110, 13),
			p('Tahini 300 g', 620, 280, 6),
			p('Rose-petal jam 250 g', 680, 310, 3),
			p('Pomegranate molasses 250 ml', 590, 260, 3),
			p('Buckwheat 500 g', 340, 150, 5)
		]
	},
	{
		category: 'Sweets',
		products: [
			p('Dark chocolate 70 %', 390, 170, 14),
			p('Gaz nougat 300 g', 890, 430, 4),
			p('Baklava box', 1290, 560, 5),
			p('Halva 250 g', 490, 210, 5),
			p('Marzipan bar', 290, 110, 7),
			p('Zefir 200 g', 360, 150, 4)
		]
	},
	{
		category: 'Wine & juice',
		products: [
			p('Riesling dry 0.75 l', 1190, 590, 7),
			p('Saperavi 0.75 l', 1490, 740, 4),
			p('Crémant 0.75 l', 1690, 880, 4),
			p('Apple juice 1 l', 320, 140, 10),
			p('Rhubarb spritzer 0.33 l', 280, 110, 9)
		]
	},
	{ category: depositCategory, products: [p('Bottle deposit', 25, 25, 6), p('Cup deposit', 100, 100, 5)] }
];
