//! The arguments of `include_model!`: `"path.cnn", Model as Name, train, alpha = 0.5`.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

/// What the call says.
pub struct Arguments {
    /// The file, relative to the package's folder.
    pub path: LitStr,
    /// The model; the file's first where none is named.
    pub model: Option<Ident>,
    /// The type's name; the model's own where none is given.
    pub rename: Option<Ident>,
    /// Parameters; the values are the language's to read.
    pub parameters: Vec<(Ident, TokenStream)>,
    /// The word `train`: as if the model's text said it.
    pub train: Option<Ident>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path = input.parse()?;
        let (model, rename, parameters, train) = (None, None, Vec::new(), None);
        let mut arguments = Self { path, model, rename, parameters, train };
        comma(input)?;
        while arguments.train(input)? {}
        if input.peek(Ident::peek_any) && !input.peek2(Token![=]) {
            if !input.peek(Token![as]) {
                arguments.model = Some(input.call(Ident::parse_any)?);
            }
            if input.peek(Token![as]) {
                input.parse::<Token![as]>()?;
                arguments.rename = Some(input.parse()?);
            }
            comma(input)?;
        }
        while !input.is_empty() {
            if arguments.train(input)? {
                continue;
            }
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            arguments.parameters.push((name, value(input)?));
            comma(input)?;
        }
        Ok(arguments)
    }
}

impl Arguments {
    /// Takes the word `train` that stands alone.
    fn train(&mut self, input: ParseStream<'_>) -> syn::Result<bool> {
        let word = input.fork().call(Ident::parse_any).is_ok_and(|word| word == "train");
        if !word || input.peek2(Token![=]) || input.peek2(Token![as]) {
            return Ok(false);
        }
        let word = input.call(Ident::parse_any)?;
        if self.train.is_some() {
            return Err(syn::Error::new(word.span(), "`train` is said twice"));
        }
        self.train = Some(word);
        comma(input)?;
        Ok(true)
    }
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// Everything up to the next comma.
fn value(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = Vec::<TokenTree>::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.push(input.parse()?);
    }
    if tokens.is_empty() {
        Err(input.error("expected a value"))
    } else {
        Ok(tokens.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn read(text: &str) -> String {
        match syn::parse_str::<Arguments>(text) {
            Ok(Arguments { path, model, rename, parameters, train }) => {
                let name = |ident: Option<syn::Ident>| ident.map_or("-".into(), |i| i.to_string());
                let values: Vec<_> =
                    parameters.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                let train = train.map_or("", |_| " train");
                let (model, rename, values) = (name(model), name(rename), values.concat());
                format!("{} {model} {rename}{train}{values}", path.value())
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(read(r#""m.cnn""#), "m.cnn - -");
        assert_eq!(read(r#""m.cnn","#), "m.cnn - -");
        assert_eq!(read(r#""m.cnn", Big"#), "m.cnn Big -");
        assert_eq!(read(r#""m.cnn", Big as Small"#), "m.cnn Big Small");
        assert_eq!(read(r#""m.cnn", as Small, alpha = 0.5"#), "m.cnn - Small alpha=0.5");
        assert_eq!(
            read(r#""m.cnn", Big, size = 28x28x1, layers = [3, 4], act = relu,"#),
            "m.cnn Big - size=28x28x1 layers=[3 , 4] act=relu"
        );
        assert_eq!(read(r#""m.cnn", train"#), "m.cnn - - train");
        assert_eq!(read(r#""m.cnn", Big as Small, train, a = 1"#), "m.cnn Big Small train a=1");
        assert_eq!(read(r#""m.cnn", train, Big, a = 1"#), "m.cnn Big - train a=1");
        assert_eq!(read(r#""m.cnn", a = 1, train"#), "m.cnn - - train a=1");
        assert_eq!(read(r#""m.cnn", train = 1"#), "m.cnn - - train=1");
        assert_eq!(read(r#""m.cnn", train, train"#), "`train` is said twice");
        // syn puts "unexpected end of input" before it where it can tell.
        let missing = read(r#""m.cnn", alpha ="#);
        assert!(missing.ends_with("expected a value"), "{missing}");
        assert_eq!(read(r#""m.cnn", Big as fn"#), "expected identifier, found keyword `fn`");
        assert_eq!(read("Big"), "expected string literal");
    }
}
