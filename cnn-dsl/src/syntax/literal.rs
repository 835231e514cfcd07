//! Numbers, shapes and strings: a token's text to its exact value.

use crate::number::Rational;

/// What a token that begins with a digit is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    /// `3`, `0.5`, `1e-3`, `5M`.
    Scalar(Rational),
    /// `3x3x32`.
    Shape(Vec<u64>),
}

/// Why it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberError {
    /// `1_000`.
    Underscore,
    /// `3x3x`, `3xx3`, `3X3`.
    Shape,
    /// `1.`, `.5`.
    Point,
    /// `3.5x2`, `1e`.
    Form,
    /// `5mb`: digits with unknown letters behind.
    Unit,
    /// More than 64 bits in a shape, or more than an exact fraction holds.
    Range,
}

/// The value of a token that begins with a digit.
pub(super) fn number(token: &str) -> Result<Number, NumberError> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &token[digits..];
    if token.contains('_') {
        return Err(NumberError::Underscore);
    }
    if rest.starts_with(['x', 'X']) {
        return shape(token);
    }
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split_digits(rest),
        None => ("", rest),
    };
    let (exponent, unit) = exponent(rest)?;
    let factor = match unit {
        "" => 1,
        "k" | "kB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ if rest.contains(['.', 'x']) => return Err(NumberError::Form),
        _ => return Err(NumberError::Unit),
    };
    scalar(&token[..digits], fraction, exponent)
        .and_then(|value| value.multiply(Rational::integer(factor)))
        .map(Number::Scalar)
        .ok_or(NumberError::Range)
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// The exponent behind `e`, and what follows.
fn exponent(text: &str) -> Result<(i32, &str), NumberError> {
    let Some(signed) = text.strip_prefix(['e', 'E']) else {
        return Ok((0, text));
    };
    let unsigned = signed.strip_prefix(['+', '-']).unwrap_or(signed);
    let (digits, rest) = split_digits(unsigned);
    if digits.is_empty() {
        return Err(NumberError::Form);
    }
    let exponent: i32 = digits.parse().map_err(|_| NumberError::Range)?;
    Ok((if signed.starts_with('-') { -exponent } else { exponent }, rest))
}

fn scalar(whole: &str, fraction: &str, exponent: i32) -> Option<Rational> {
    let fraction = fraction.trim_end_matches('0');
    let mut digits: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if digits == 0 {
        return Some(Rational::ZERO);
    }
    let exponent = i128::from(exponent) - i128::try_from(fraction.len()).ok()?;
    Rational::integer(digits).multiply(Rational::integer(10).pow(exponent)?)
}

fn shape(token: &str) -> Result<Number, NumberError> {
    let numbers = token.split('x').map(|n| {
        if n.is_empty() || !n.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Shape);
        }
        n.parse().map_err(|_| NumberError::Range)
    });
    numbers.collect::<Result<_, _>>().map(Number::Shape)
}

/// The value of a string token, quotes included; `None` if an escape is unknown: its byte range
/// within the token.
pub(super) fn string(token: &str) -> Result<String, (usize, usize)> {
    if let Some(raw) = token.strip_prefix('r') {
        let hashes = raw.bytes().take_while(|&b| b == b'#').count();
        return Ok(raw[hashes + 1..raw.len() - hashes - 1].to_owned());
    }
    let inner = &token[1..token.len() - 1];
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let (character, length) = escape(&rest[at..]).map_err(|length| {
            let start = 1 + inner.len() - rest.len() + at;
            (start, start + length)
        })?;
        value.extend(character);
        rest = &rest[at + length..];
    }
    value.push_str(rest);
    Ok(value)
}

fn hexadecimal(digits: &str) -> Option<u32> {
    // `from_str_radix` would take a sign.
    let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// Rust's escapes: the character, if it is not a continued line, and the escape's length.
fn escape(text: &str) -> Result<(Option<char>, usize), usize> {
    let kind = text[1..].chars().next().ok_or(1_usize)?;
    let simple = match kind {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '\\' | '"' | '\'' => kind,
        'x' => {
            let code = text.get(2..4).and_then(hexadecimal).and_then(|c| u8::try_from(c).ok());
            return match code {
                Some(code) if code < 0x80 => Ok((Some(char::from(code)), 4)),
                _ => Err(2),
            };
        }
        'u' => {
            let hex = text[2..].strip_prefix('{').and_then(|t| t.split_once('}')).map(|t| t.0);
            let code = hex.and_then(|hex| hexadecimal(&hex.replace('_', "")));
            return match (hex, code.and_then(char::from_u32)) {
                (Some(hex), Some(c)) => Ok((Some(c), hex.len() + 4)),
                _ => Err(2),
            };
        }
        '\n' | '\r' => {
            let rest = text[1..].trim_start_matches([' ', '\t', '\n', '\r']);
            return Ok((None, text.len() - rest.len()));
        }
        other => return Err(1 + other.len_utf8()),
    };
    Ok((Some(simple), 2))
}
