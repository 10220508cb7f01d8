//! What never reaches a browser: keys, weights, norms, and data of anybody else.

use instruments::Catalog;

use super::browser::Browser;
use super::under_way;
use crate::support::{TestService, fixtures};

#[tokio::test]
async fn itc_1_no_byte_of_an_answering_page_tells_how_it_is_scored() {
    let service = TestService::start().await;
    let (consultant, bea) = under_way(&service).await;
    let catalog = Catalog::bundled().with_folder(&fixtures()).unwrap();
    let mut browser = Browser::with_session(&service, &bea.token);
    let links = browser.get("/").await.expect(200).links("/questionnaires/");
    for (link, instrument) in links.iter().zip(super::BATTERY) {
        browser.post(link, &[]).await.expect(303);
        let loaded = catalog.find(instrument).unwrap();
        let wording = loaded.wording("fr").unwrap();
        let mut secrets: Vec<String> =
            vec![instrument.to_owned(), "norm".to_owned(), "weight".to_owned(), "Camille".to_owned()];
        secrets.push(consultant.id.to_string());
        let scales = loaded.instrument().scales().iter().enumerate();
        for (idx, scale) in scales {
            secrets.push(format!("\"{}\"", scale.id));
            secrets.extend(wording.scale(idx).map(|scale| format!(">{}<", scale.name)));
        }
        let items = loaded.instrument().items().iter().map(|item| item.id.to_string());
        // Controls are named by their position, such as `q1`, as the items of one fixture are.
        let is_position = |id: &String| id.strip_prefix('q').is_some_and(|number| number.parse::<u32>().is_ok());
        secrets.extend(items.filter(|id| !is_position(id)).map(|id| format!("\"{id}\"")));
        let mut n_pages = 0;
        let mut next = Some(format!("{link}/page?from=1"));
        while let Some(path) = next {
            let page = browser.get(&path).await.expect(200);
            n_pages += 1;
            for secret in &secrets {
                assert!(!page.text().contains(secret.as_str()), "{instrument}: {secret}");
            }
            let steps = page.positions_of("data-kind");
            let last = *steps.last().unwrap();
            let n_steps = u32::try_from(loaded.instrument().items().len()).unwrap();
            let follows = browser.get(&format!("{link}/page?from={}", last + 1)).await;
            next = (last < n_steps && follows.status() == 200).then(|| format!("{link}/page?from={}", last + 1));
        }
        assert!(n_pages > 1, "{instrument}");
    }
}

#[tokio::test]
async fn the_first_page_is_small_with_everything_it_asks_for() {
    let service = TestService::start().await;
    let mut browser = Browser::new(&service);
    let page = browser.get("/").await.expect(200).text();
    let mut n_bytes = page.len();
    for file in ["/assets/bilan.css", "/assets/sign.svg"] {
        assert!(page.contains(file));
        n_bytes += browser.get(file).await.expect(200).text().len();
    }
    assert!(n_bytes < 50_000, "{n_bytes}");
    assert!(!page.contains("//"), "nothing of another server: {page}");
}
