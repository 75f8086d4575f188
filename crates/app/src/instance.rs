//! What an installation is: a region's own, or a demonstration with invented people. Said once, at its first start.
//!
//! Separate from the settings, which can be edited: what was written here stays, so that nothing made for the one can
//! be opened as the other (R-X-19).

use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_kernel::{BatchId, Category, Problem};
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::definitions::{self, Definition};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const KIND: &str = "instance";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceKind {
    Production,
    Demonstration,
}

impl InstanceKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Demonstration => "demonstration",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    #[error(
        "この設置は「{found}」として作られています。「{wanted}」としては開きません。 / this installation was made as {found} and is not opened as {wanted}"
    )]
    OfAnotherKind { found: String, wanted: &'static str },
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for InstanceError {
    fn category(&self) -> Category {
        match self {
            Self::OfAnotherKind { .. } => Category::NotAllowed,
            Self::App(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::OfAnotherKind { .. } => "instance_of_another_kind",
            Self::App(error) => error.code(),
        }
    }
}

impl House {
    /// Writes down what this installation is when nothing is written yet (`instance.initialised`), and refuses to go on
    /// as another kind. Answers whether this was the first time.
    pub async fn settle_instance(&self, kind: InstanceKind) -> Result<bool, InstanceError> {
        let _alone = self.loading().await;
        let written = definitions::all(self.db().reader(), KIND).await.map_err(AppError::from)?;
        if let Some(written) = written.first() {
            let same = written.body == kind.code();
            let other = || InstanceError::OfAnotherKind { found: written.body.clone(), wanted: kind.code() };
            if !same {
                return Err(other());
            }
            self.is_instance(kind);
            return Ok(false);
        }
        let (now, batch): (_, BatchId) = (self.now(), self.ids().next());
        let definition = Definition {
            id: self.ids().next(),
            kind: KIND.to_owned(),
            version: 1,
            valid_from: now,
            recorded_at: now,
            origin: batch,
            hash: Sha256::digest(kind.code().as_bytes()).to_vec(),
            body: kind.code().to_owned(),
        };
        let event = events::instance_initialised(self, kind);
        let written = Arc::new((definition, event, gate::regulation(self, batch)));
        self.db()
            .act(move |tx| {
                let written = written.clone();
                Box::pin(async move {
                    let (definition, event, permit) = &*written;
                    batches::start(tx, batch, BatchKind::RegulationApply, None, now).await?;
                    let recorded = renkei_ledger::record(tx, permit, event).await?;
                    definitions::enact(&recorded, definition.clone()).await?;
                    batches::finish(tx, batch, Counts { stored: 1, ..Counts::default() }, now).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.is_instance(kind);
        Ok(true)
    }
}
