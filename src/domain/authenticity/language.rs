//! Which language a text is in, by the small words that every sentence of it needs.

use super::text::{Text, Word};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
    French,
    Spanish,
}

impl Language {
    pub const ALL: [Language; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
        }
    }

    /// Words that are frequent in this language and rare in the others, with spaces around each.
    fn small_words(self) -> &'static str {
        match self {
            Self::English => {
                " the and of to is it for you your our we with that this are was i my not it's don't at by from has have be or if out on can what how who they one all day get got now new more no me in so an as do am here about two us "
            }
            Self::German => {
                " der die das und ist nicht ein eine einen ich wir ihr euch mit auf für von den dem des zu im am an aus wie was wer auch noch nur sich bei nach bis um heute sind war hat haben du dein deine unsere unser kein oder wenn vom zum zur "
            }
            Self::French => {
                " le la les des du et est un une pas pour dans avec sur nous vous on ce cette ces qui que au aux en votre notre nos vos il elle je c'est ne se plus sont chez à par ou où mais chaque tous "
            }
            Self::Spanish => {
                " el los las y es un una no para con por que en del al se lo su sus tu tus nuestra nuestro nuestros hoy más pero como está son de ya si cada te nos me hay qué "
            }
        }
    }

    /// The language of a text.
    pub fn of(text: &str) -> Self {
        Self::guess(&Text::read(text).words)
    }

    /// Whether it is one of the small words that every text of this language has.
    pub fn has_small_word(self, low: &str) -> bool {
        self.small_words().split(' ').any(|s| s == low && !s.is_empty())
    }

    /// The language with the most small words; English where nothing speaks for another one.
    pub(super) fn guess(words: &[Word]) -> Self {
        // The first words say it; a long text is not read twice.
        let votes = |language: Self| {
            let small = language.small_words();
            let is_small = |word: &&Word| small.split(' ').any(|s| s == word.low);
            words.iter().take(150).filter(is_small).count()
        };
        let mut best = (Self::English, votes(Self::English));
        for language in Self::ALL {
            let votes = votes(language);
            if votes > best.1 {
                best = (language, votes);
            }
        }
        best.0
    }
}
