//! Work on many things at once, on threads of one's own. Not on rayon's pool: the typesetter of PDF uses that pool within a document, and
//! a task that waits there takes up the next document, document within document, until the stack is full.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::bail;

/// Does the work for each item, on as many threads as there are processors; after a first failure no other item is begun.
///
/// # Errors
/// The first failure that is met.
pub(super) fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) -> anyhow::Result<()> + Sync) -> anyhow::Result<()> {
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let (items, failed) = (Mutex::new(items.into_iter()), AtomicBool::new(false));
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let member = || -> anyhow::Result<()> {
        while !failed.load(Ordering::Relaxed)
            && let Some(item) = next()
        {
            work(item).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let crew: Vec<_> = (0..n_threads).map(|_| scope.spawn(member)).collect();
        crew.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a thread was cut off")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn every_item_is_done_once_and_a_failure_ends_the_work() {
        let sum = AtomicU64::new(0);
        for_each((1..=1000).collect(), |n: u64| {
            sum.fetch_add(n, Ordering::Relaxed);
            Ok(())
        })
        .unwrap();
        assert_eq!(sum.load(Ordering::Relaxed), 500_500);
        let n_done = AtomicU64::new(0);
        let ended = for_each((0..100_000).collect(), |n: u64| {
            n_done.fetch_add(1, Ordering::Relaxed);
            if n == 3 { bail!("no place for {n}") } else { Ok(()) }
        });
        assert_eq!(ended.unwrap_err().to_string(), "no place for 3");
        assert!(n_done.load(Ordering::Relaxed) < 100_000);
        for_each(Vec::<u64>::new(), |_| bail!("nothing to do")).unwrap();
    }
}
