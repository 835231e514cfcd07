//! The functions of expressions: `floor ceil round abs min max pow sum len round_to`, and `height
//! width channels` of a tensor.

use crate::check::arguments::{Place, Value};
use crate::check::error::ValueError;
use crate::check::expand::Expander;
use crate::number::Rational;
use crate::syntax::ast::{Expr, Ident};

impl<'a> Expander<'a> {
    /// `name(args)`.
    pub(super) fn call_function(
        &mut self,
        name: &'a Ident,
        args: &'a [Expr],
        whole: &'a Expr,
    ) -> Option<Value> {
        let numbers = |count: &'static str| ValueError::WrongCount {
            function: name.name.clone(),
            at: name.span,
            takes: count,
            given: args.len(),
        };
        match (name.name.as_str(), args) {
            ("height" | "width" | "channels", [x]) => return self.size_of(&name.name, x),
            ("len", [x]) => return self.length(x),
            ("sum", [x]) => return self.sum(x, whole),
            ("min" | "max", [_, ..]) => return self.extreme(&name.name, args),
            _ => {}
        }
        let values: Vec<Option<Rational>> = match name.name.as_str() {
            "floor" | "ceil" | "round" | "abs" if args.len() != 1 => {
                self.error(numbers("1 value"));
                return None;
            }
            "pow" | "round_to" if args.len() != 2 => {
                self.error(numbers("2 values"));
                return None;
            }
            "height" | "width" | "channels" => {
                self.error(numbers("1 tensor"));
                return None;
            }
            "sum" | "len" => {
                self.error(numbers("1 list"));
                return None;
            }
            "min" | "max" => {
                self.error(numbers("a list, or 1 or more values"));
                return None;
            }
            "floor" | "ceil" | "round" | "abs" | "pow" | "round_to" => {
                args.iter().map(|x| self.number(x)).collect()
            }
            _ => {
                self.error(ValueError::UnknownFunction { name: name.clone() });
                return None;
            }
        };
        let values: Vec<Rational> = values.into_iter().collect::<Option<_>>()?;
        let result = match (name.name.as_str(), values.as_slice()) {
            ("floor", [x]) => Some(x.floor()),
            ("ceil", [x]) => x.ceil(),
            ("round", [x]) => x.round(),
            ("abs", [x]) if *x < Rational::ZERO => x.negate(),
            ("abs", [x]) => Some(*x),
            ("pow", [x, y]) => return self.power(*x, *y, args, whole),
            ("round_to", [x, d]) => return self.round_to(*x, *d, args, whole),
            _ => None,
        };
        self.checked(result, whole)
    }

    /// `height(x)`, `width(x)`, `channels(x)`.
    fn size_of(&mut self, function: &str, x: &'a Expr) -> Option<Value> {
        let tensor = self.tensor(x)?;
        let [h, w, c] = self.network.shape(tensor).hwc();
        let size = match function {
            "height" => h,
            "width" => w,
            _ => c,
        };
        Some(Value::Number(Rational::integer(i128::try_from(size).ok()?)))
    }

    fn length(&mut self, x: &'a Expr) -> Option<Value> {
        let length = match self.eval(x)? {
            Value::List(values) | Value::Tuple(values) => i128::try_from(values.len()).ok()?,
            Value::Range(from, Some(to)) => {
                let length = to.subtract(from.unwrap_or(Rational::ZERO));
                let length = length.and_then(Rational::to_integer);
                return match length {
                    Some(length) => Some(Value::Number(Rational::integer(length.max(0)))),
                    None => self.wrong_type("a list or a range of integers", "another range", x),
                };
            }
            other => return self.wrong_kind("a list or a range", &other, x),
        };
        Some(Value::Number(Rational::integer(length)))
    }

    fn sum(&mut self, x: &'a Expr, whole: &'a Expr) -> Option<Value> {
        let values = match self.eval(x)? {
            Value::List(values) | Value::Tuple(values) => values,
            Value::Range(Some(from), Some(to)) => {
                // from + ... + (to - 1), by Gauss.
                let sum = to.subtract(from).and_then(|n| {
                    let n = Rational::integer(n.to_integer()?.max(0));
                    let ends = from.add(to)?.subtract(Rational::ONE)?;
                    n.multiply(ends)?.divide(Rational::integer(2))
                });
                return self.checked(sum, whole);
            }
            other => return self.wrong_kind("a list or a range", &other, x),
        };
        let mut total = Some(Rational::ZERO);
        for (index, value) in values.into_iter().enumerate() {
            match value {
                Value::Number(n) => total = total.and_then(|t| t.add(n)),
                other => return self.wrong_part("a number", &other, x, index),
            }
        }
        self.checked(total, whole)
    }

    /// `min` and `max` of several numbers, or of a list.
    fn extreme(&mut self, function: &str, args: &'a [Expr]) -> Option<Value> {
        let values = if let [list] = args {
            match self.eval(list)? {
                Value::List(values) | Value::Tuple(values) if !values.is_empty() => values,
                number @ Value::Number(_) => vec![number],
                other => {
                    return self.wrong_kind("numbers or a list that is not empty", &other, list);
                }
            }
        } else {
            let values: Vec<_> = args.iter().map(|x| self.number(x)).collect();
            values.into_iter().map(|n| n.map(Value::Number)).collect::<Option<_>>()?
        };
        let mut best: Option<Rational> = None;
        for (index, value) in values.into_iter().enumerate() {
            // Only a list holds anything but numbers here.
            let Value::Number(n) = value else {
                return self.wrong_part("a number", &value, &args[0], index);
            };
            best = Some(best.map_or(n, |b| if function == "min" { b.min(n) } else { b.max(n) }));
        }
        best.map(Value::Number)
    }

    fn power(
        &mut self,
        base: Rational,
        exponent: Rational,
        args: &'a [Expr],
        whole: &'a Expr,
    ) -> Option<Value> {
        let Some(exponent) = exponent.to_integer() else {
            self.not_an_integer(Place::Own(args[1].span), exponent);
            return None;
        };
        if base == Rational::ZERO && exponent < 0 {
            self.error(ValueError::DivisionByZero { at: Place::Own(args[0].span) });
            return None;
        }
        // Repeated multiplication of +-1 and 0 needs no large exponent.
        let small = base.numerator().unsigned_abs() <= 1 && base.denominator() == 1;
        let exponent = if small && exponent != 0 { 2 - exponent.rem_euclid(2) } else { exponent };
        self.checked(base.pow(exponent), whole)
    }

    /// MobileNetV2's rule: `max(d, floor(v + d/2) / d * d)` in whole steps of `d`, one step up where
    /// that is below 0.9 v.
    fn round_to(
        &mut self,
        v: Rational,
        d: Rational,
        args: &'a [Expr],
        whole: &'a Expr,
    ) -> Option<Value> {
        if d <= Rational::ZERO || d.to_integer().is_none() {
            self.error(ValueError::BadStep { at: args[1].span, step: d });
            return None;
        }
        let rounded = || {
            let steps = v.add(d.divide(Rational::integer(2))?)?.floor().divide(d)?.floor();
            let nearest = d.max(steps.multiply(d)?);
            let least = v.multiply(Rational::new(9, 10)?)?;
            if nearest < least { nearest.add(d) } else { Some(nearest) }
        };
        self.checked(rounded(), whole)
    }
}
