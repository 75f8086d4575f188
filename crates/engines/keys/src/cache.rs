//! A bounded cache of unwrapped keys; whatever leaves it is overwritten (`Secret` does so when dropped).

use crate::Secret;
use renkei_kernel::ChartId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Second chance: the oldest leaves, unless it was used since it was last looked at.
#[derive(Debug)]
pub(crate) struct KeyCache {
    bound: usize,
    keys: HashMap<ChartId, (Arc<Secret>, bool)>,
    order: VecDeque<ChartId>,
}

impl KeyCache {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound: bound.max(1), keys: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn get(&mut self, chart: ChartId) -> Option<Arc<Secret>> {
        self.keys.get_mut(&chart).map(|(key, used)| {
            *used = true;
            key.clone()
        })
    }

    pub(crate) fn put(&mut self, chart: ChartId, key: Arc<Secret>) {
        if self.keys.insert(chart, (key, false)).is_none() {
            self.order.push_back(chart);
        }
        while self.keys.len() > self.bound {
            let Some(oldest) = self.order.pop_front() else { break };
            match self.keys.get_mut(&oldest) {
                Some((_, used)) if *used => {
                    *used = false;
                    self.order.push_back(oldest);
                }
                _ => {
                    self.keys.remove(&oldest);
                }
            }
        }
    }

    pub(crate) fn forget(&mut self, chart: ChartId) {
        if self.keys.remove(&chart).is_some() {
            self.order.retain(|other| *other != chart);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn chart(n: u128) -> ChartId {
        ChartId(Uuid::from_u128(n))
    }

    #[test]
    fn the_cache_stays_within_its_bound_and_keeps_what_is_used() {
        let mut cache = KeyCache::new(3);
        for n in 0..3 {
            cache.put(chart(n), Arc::new(Secret::new([0; 32])));
        }
        assert!(cache.get(chart(0)).is_some());
        cache.put(chart(3), Arc::new(Secret::new([0; 32])));
        assert_eq!(cache.keys.len(), 3);
        assert!(cache.get(chart(0)).is_some());
        assert!(cache.get(chart(1)).is_none());
        cache.forget(chart(0));
        assert!(cache.get(chart(0)).is_none());
        assert_eq!(cache.order.len(), 2);
    }
}
