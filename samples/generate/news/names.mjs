// Invented names for the news stories. None of them stands for a real person, place or organization.

export const FIRST = ['Marta', 'Ilse', 'Tomas', 'Nadia', 'Orla', 'Emil', 'Keziah', 'Ruben', 'Sunniva', 'Idris', 'Paloma', 'Anselm', 'Tove', 'Bashir', 'Linnea', 'Casimir', 'Yuki', 'Abena', 'Leandro', 'Sorrel', 'Dagny', 'Matthis', 'Amara', 'Piotr', 'Élodie', 'Søren', 'Zoë', 'Hanneke', 'Iñigo', 'Ayla']
export const LAST = ['Ferrow', 'Ellingsby', 'Tarnway', 'Quill', 'Hollimore', 'Brandtsen', 'Okwell', 'Vasselin', 'Penhallow-Rye', 'Dravik', 'Marchetto', 'Lindqvale', 'Osei-Thorn', 'Rookfield', 'Karstad', 'Belloway', 'Szarnek', 'Mirande', 'Tolvanen-Hill', 'Achterwey', 'Brûlard', 'Nkemdale', 'Orsini-Vale', 'Wetherlam', 'Kadrić', 'Fennimore', 'Sandoval-Pike', 'Ysterby', 'Grauwolt', 'Haldane-Moss']

export const PLACES = ['Brackenmouth', 'Port Ellery', 'Aldersea', 'Nørhavn', 'Saint-Orvin', 'Kaldmere', 'Little Osk', 'Grünhalde', 'Tarvik', 'Vélizac', 'Hollinfell', 'Westmere', 'Castelvara', 'Rookham', 'Lower Alder', 'Łubianka Dolna', 'Monte Serran', 'Fennick Bay', 'Ostrava Reach', 'Gullness', 'Eastwick-on-Lune', 'Pardella', 'Høyvang', 'Quarry Bank', 'Sandrigo Alto', 'Brookfield', 'Tidewell', 'Almendral', 'Öresand', 'Old Cass', 'Merrowdale', 'Zillertal-Nord', 'Immersee', 'the Harrow Hills', 'the Velm valley', 'Skerryholm', 'Northgate', 'Calder Moor', 'Villaronda', 'Juniper Flats']

/** Days: the words before the date (`on `, ``) and the date itself. */
export const DAYS = [
  ['on ', 'Monday'], ['on ', 'Tuesday'], ['on ', 'Wednesday'], ['on ', 'Thursday'], ['on ', 'Friday'], ['on ', 'Saturday'], ['on ', 'Sunday'],
  ['on ', '3 March'], ['on ', '12 April'], ['on ', '27 May'], ['on ', '9 June'], ['on ', '18 July'], ['on ', '1 September'], ['on ', '22 October'], ['on ', '14 November'],
  ['', 'last Thursday'], ['', 'last weekend'], ['', 'yesterday'], ['', 'this morning'], ['in ', 'early May'], ['in ', 'mid-August'], ['on the evening of ', '30 November'],
]
export const LATER = [['in ', 'June'], ['in ', 'October'], ['by ', 'the end of the year'], ['in ', 'spring 2027'], ['next ', 'Friday'], ['before ', '15 December'], ['in ', 'two weeks'], ['on ', '4 April'], ['by ', 'September'], ['in ', '2028']]
export const OLD_YEARS = ['1884', '1896', '1908', '1913', '1921', '1927', '1936', '1949', '1952']
export const YEARS = ['1952', '1961', '1967', '1974', '1979', '1988', '1994', '1999', '2003', '2011']

/** Amounts of money: a ticket, a modest bill, a budget. */
export const SMALL = ['€4', '12 crowns', '£2.50', '$15', '30 crowns', '€7.50', '£9', '18 crowns', '$6']
export const MIDDLE = ['€850', '3,200 crowns', '£1,450', '$980', '€4,600', '5,400 crowns', '£700', '$2,350', '€1,900', '12,500 crowns']
export const LARGE = ['€250,000', '4.2 million crowns', '£385,000', '$1.3 million', '640,000 crowns', '€2.7 million', '£3.4 million', '$490,000', '2 million crowns', '$748,500', '€954,000', '830,000 crowns']
