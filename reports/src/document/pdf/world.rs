//! What the typesetter can see: one template, the data of one document, the bundled fonts. No file system, no network, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};

use super::fonts;

static TEMPLATE: &str = include_str!("../../../assets/document.typ");
/// The sign of the project, an ornament.
static SIGN: &[u8] = include_bytes!("../../../assets/sign.svg");

/// What is the same for every document.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    template: Option<Source>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| Shared {
    // For row heads of tables.
    library: LazyHash::new(Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build()),
    book: LazyHash::new(FontBook::from_fonts(fonts::all())),
    template: id_of("document.typ").map(|id| Source::new(id, TEMPLATE.to_owned())),
});

fn id_of(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(format!("/{name}")).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The world of one document.
pub(super) struct PaperWorld {
    template: Source,
    files: Vec<(FileId, Bytes)>,
}

impl PaperWorld {
    /// A world with these files beside the template. Names are few and the same in every document. `None` where a name is no path.
    pub(super) fn new(files: Vec<(String, Vec<u8>)>) -> Option<Self> {
        let sign = ("sign.svg".to_owned(), SIGN.to_vec());
        let known = files.into_iter().chain([sign]);
        let files = known.map(|(name, bytes)| Some((id_of(&name)?, Bytes::new(bytes)))).collect::<Option<_>>()?;
        Some(Self { template: SHARED.template.clone()?, files })
    }

    fn missing(id: FileId) -> FileError {
        FileError::NotFound(id.get().vpath().get_without_slash().into())
    }
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(Self::missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| Self::missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts::all().get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
