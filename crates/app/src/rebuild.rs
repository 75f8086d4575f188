//! Projections made again from the sealed originals: decoded and mapped as on the first day, folded, compared with what
//! is stored (law 3). What differs is replaced and counted.

use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_access::PermitKind;
use renkei_blobs::BlobAddress;
use renkei_records::ChartRecord;
use renkei_store::charts::{self, FoundOriginal};
use renkei_store::facts::{self, By, FactKind};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RebuildSummary {
    pub charts: u64,
    pub messages: u64,
    /// Projections that were not what the originals give.
    pub differing: u64,
    /// Originals that could not be read back byte for byte.
    pub damaged: u64,
}

impl House {
    /// Rebuilds every chart that is linked to a person.
    pub async fn rebuild_projections(&self) -> Result<RebuildSummary, AppError> {
        let now = self.now();
        let mut summary = RebuildSummary::default();
        for chart in facts::holding(self.db().reader(), FactKind::Chart, By::All, now).await? {
            let link = facts::holding(self.db().reader(), FactKind::ChartLink, By::Subject(chart.subject), now).await?;
            let (Some(institution), Some(person)) =
                (chart.object, link.into_iter().next().and_then(|link| link.object))
            else {
                continue;
            };
            let permit = Arc::new(gate::chart_work(
                self,
                PermitKind::Rebuild,
                chart.subject.into(),
                institution.into(),
                person.into(),
                None,
            ));
            let key = self.sealer().key(chart.subject.into()).await?;
            let (house, event) = (self.clone(), events::record_rebuilt(self));
            let part = self
                .db()
                .act(move |tx| {
                    let (permit, key, house, event) = (permit.clone(), key.clone(), house.clone(), event.clone());
                    Box::pin(async move {
                        let recorded = renkei_ledger::record(tx, &permit, &event).await?;
                        let mut part = RebuildSummary { charts: 1, ..RebuildSummary::default() };
                        let mut fresh = ChartRecord::new();
                        for stored in charts::stored_messages(&recorded, &key).await? {
                            let original = match stored.original {
                                FoundOriginal::Plain(bytes) => Some(bytes),
                                FoundOriginal::Blob(name) => match BlobAddress::from_slice(&name) {
                                    Some(address) => {
                                        house.blobs().read(&recorded, &key, stored.id, address).await.ok()
                                    }
                                    None => None,
                                },
                            };
                            part.messages += 1;
                            let whole = original.is_some_and(|bytes| {
                                i64::try_from(bytes.len()).is_ok_and(|size| size == stored.size_bytes)
                            });
                            if !whole {
                                part.damaged += 1;
                            }
                            fresh.fold(stored.message);
                            fresh.advance_to(stored.sequence);
                        }
                        if part.messages > 0 && !charts::rebuild(&recorded, &key, fresh).await? {
                            part.differing += 1;
                        }
                        Ok::<_, AppError>(part)
                    })
                })
                .await?;
            summary.charts += part.charts;
            summary.messages += part.messages;
            summary.differing += part.differing;
            summary.damaged += part.damaged;
        }
        Ok(summary)
    }
}
