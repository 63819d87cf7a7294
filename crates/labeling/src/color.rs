//! Colours of labels that have no `background`. The same rule is in `schema/README.md` for the browser.
use crate::config::Control;
/// The 24 colours.
pub const PALETTE: [&str; 24] = [
    "#d24b54", "#fc7756", "#c65e0b", "#e78c08", "#a77600", "#c1a210", "#868604", "#8cb623", "#3e9727", "#22c373",
    "#139676", "#10bdaf", "#0d9298", "#12b8d5", "#008cba", "#3dacfe", "#3e7ce4", "#8b9bfe", "#8169dd", "#be85f9",
    "#ab58be", "#e377ce", "#c74c8e", "#f97096",
];
/// Step between tries; coprime with the palette's length, so that all colours are reached.
const STEP: usize = 7;

/// A label's first choice: FNV-1a (32 bit) of its value's UTF-8 bytes, modulo the palette's length.
fn index_of(value: &str) -> usize {
    let hash = value
        .bytes()
        .fold(2_166_136_261_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
    hash as usize % PALETTE.len()
}

/// The colours of a control's labels in order: `background` where given, else a palette colour that no earlier
/// label of the control was given by this rule, as long as there are free ones.
pub fn colors_of(control: &Control) -> Vec<String> {
    let mut taken = [false; PALETTE.len()];
    let mut next = |value: &str| {
        let own = index_of(value);
        let tries = (0..PALETTE.len()).map(|i| (own + i * STEP) % PALETTE.len());
        let index = { tries }.find(|i| !taken[*i]).unwrap_or(own);
        taken[index] = true;
        PALETTE[index].to_owned()
    };
    let given = |name: Option<&str>| name.map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned);
    control
        .labels
        .iter()
        .map(|l| given(l.attribute("background")).unwrap_or_else(|| next(&l.value)))
        .collect()
}
