//! Prepared files are written, many to a commit, each with its record.
//!
//! Two things may happen on the way. Somebody else wrote the same file meanwhile (a second import, a rename between two
//! looks): what is known is loaded again and the rest judged anew. Or one row is not taken: the batch is split in half
//! until that one stands alone, which is then kept apart with its cause; one broken file never stops the rest.

use super::fate::{Act, Judge, Marks, Seen, refusal};
use super::{Arrived, Import};
use crate::error::AppError;
use crate::house::House;
use renkei_db::{Isolation, Tx};
use renkei_kernel::InstitutionId;
use renkei_ledger::Event;
use renkei_records::Message;
use renkei_store::batches::Counts;
use renkei_store::messages::{self, NewRefusal, SealedOriginal};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// How often a part is judged anew because others wrote the same files meanwhile.
const JUDGED_AT_MOST: u32 = 8;
/// Cause of a file whose rows the database does not take.
const NOT_STORABLE: &str = "not_storable";

/// A file's place in its part, and what is to be written of it.
type Numbered = (usize, Act);

/// One patient's files while they are taken in.
pub(super) struct Run {
    pub seen: Seen,
    pub counts: Counts,
    /// What was written, with its sequences, in their order.
    pub came: Vec<(i64, Message)>,
}

impl House {
    /// Takes in one part of a patient's files.
    pub(super) async fn receive_part(
        &self,
        judge: &Arc<Judge>,
        files: Vec<Arrived>,
        run: &mut Run,
    ) -> Result<(), AppError> {
        let mut open: Vec<usize> = (0..files.len()).collect();
        let files = Arc::new(files);
        for _ in 0..JUDGED_AT_MOST {
            let acts = judge_all(judge, &files, open, run).await?;
            let acts = self.without_noted(judge.import.institution, acts, &mut run.counts).await?;
            let acts = self.stage(judge, &files, acts).await?;
            open = self.write(judge, &files, acts, run).await?;
            if open.is_empty() {
                return Ok(());
            }
            run.seen = Seen::load(self, judge.chart).await?;
        }
        Err(renkei_db::Error::TooContended { attempts: JUDGED_AT_MOST }.into())
    }

    /// A patient who is not at home here: nothing stays but hashes, cause and place.
    pub(super) async fn refuse_all(
        &self,
        import: &Import,
        files: Vec<Arrived>,
        cause: &'static str,
    ) -> Result<Counts, AppError> {
        let (house, of) = (self.clone(), import.clone());
        let acts = tokio::task::spawn_blocking(move || {
            let marks = files.iter().map(|file| Marks::of(&house, of.institution, file));
            marks.map(|marks| (0, refusal(&house, &of, marks, cause, "patient"))).collect::<Vec<_>>()
        })
        .await
        .map_err(|_| AppError::Unreadable("a file"))?;
        let mut counts = Counts::default();
        let acts = self.without_noted(import.institution, acts, &mut counts).await?;
        counts.refused += i64::try_from(acts.len()).unwrap_or(i64::MAX);
        let acts = Arc::new(acts);
        if !acts.is_empty() {
            self.db()
                .act_as(Isolation::ReadCommitted, move |tx| {
                    let acts = acts.clone();
                    Box::pin(async move { note_all(tx, &acts).await })
                })
                .await?;
        }
        Ok(counts)
    }

    /// Drops refusals that are noted already with the same bytes and cause, or twice in this part: they are counted
    /// and not noted again. One question for all of them.
    async fn without_noted(
        &self,
        institution: InstitutionId,
        acts: Vec<Numbered>,
        counts: &mut Counts,
    ) -> Result<Vec<Numbered>, AppError> {
        let names: Vec<[u8; 32]> = acts.iter().filter_map(|(_, act)| refused(act)).map(|row| row.name_hash).collect();
        if names.is_empty() {
            return Ok(acts);
        }
        let noted = messages::refusals_noted(self.db().reader(), institution, &names).await?;
        let mut noted: HashSet<_> = noted.into_iter().collect();
        let mut left = acts;
        left.retain(|(_, act)| {
            let Some(row) = refused(act) else { return true };
            let is_new = noted.insert((row.name_hash.to_vec(), row.digest_hash.to_vec(), row.cause.to_owned()));
            if !is_new {
                counts.refused += 1;
            }
            is_new
        });
        Ok(left)
    }

    /// Writes large originals to disk, so that a commit never names a file that is not there.
    async fn stage(
        &self,
        judge: &Judge,
        files: &[Arrived],
        mut acts: Vec<Numbered>,
    ) -> Result<Vec<Numbered>, AppError> {
        for (number, act) in &mut acts {
            let (Act::New { message, is_large: true, staged, .. }, Some(file)) = (&mut *act, files.get(*number)) else {
                continue;
            };
            match self.blobs().stage(&judge.key, message.id, file.bytes.clone()).await {
                Ok(written) => {
                    message.original = SealedOriginal::Blob(*written.address().as_bytes());
                    *staged = Some(written);
                }
                Err(renkei_blobs::Error::TooLarge { .. }) => {
                    let marks = Marks { name: message.name_hash, digest: message.digest_hash };
                    *act = refusal(self, &judge.import, marks, "message_too_large", "message");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(acts)
    }

    /// Writes; answers the numbers of files that are to be judged anew because somebody else was quicker.
    async fn write(
        &self,
        judge: &Arc<Judge>,
        files: &[Arrived],
        acts: Vec<Numbered>,
        run: &mut Run,
    ) -> Result<Vec<usize>, AppError> {
        let acts = Arc::new(acts);
        let mut sequences: HashMap<usize, i64> = HashMap::new();
        let mut again = Vec::new();
        let mut waiting: Vec<Range<usize>> = std::iter::once(0..acts.len()).collect();
        while let Some(range) = waiting.pop() {
            if range.is_empty() {
                continue;
            }
            let mut written = self.write_range(judge, &acts, range.clone()).await;
            if range.len() == 1 && written.as_ref().is_err_and(lies_in_a_row) {
                // Once more, in case it was not the row.
                written = self.write_range(judge, &acts, range.clone()).await;
            }
            let error = match written {
                Ok(last) => {
                    let written = acts.get(range).unwrap_or_default();
                    written.iter().for_each(|(_, act)| count(act, &mut run.counts));
                    let new =
                        written.iter().filter(|(_, act)| matches!(act, Act::New { .. })).map(|(number, _)| *number);
                    sequences.extend(new.rev().zip((0..=last).rev()));
                    continue;
                }
                Err(error) => error,
            };
            if is_duplicate(&error) {
                waiting.push(range);
                let left = waiting.drain(..).flat_map(|range| acts.get(range).unwrap_or_default());
                again.extend(left.map(|(number, _)| *number));
                again.sort_unstable();
                break;
            }
            if !lies_in_a_row(&error) {
                return Err(error);
            }
            if let (1, Some((number, act))) = (range.len(), acts.get(range.start)) {
                self.set_aside(judge, files.get(*number), act, run, error).await?;
            } else {
                let middle = range.start + range.len() / 2;
                waiting.push(middle..range.end);
                waiting.push(range.start..middle);
            }
        }
        // The writer let go of them before it answered; were it otherwise, the projection would be read from the rows.
        for (number, act) in Arc::into_inner(acts).unwrap_or_default() {
            if let (Act::New { decoded, .. }, Some(sequence)) = (act, sequences.get(&number)) {
                run.came.push((*sequence, *decoded));
            }
        }
        run.came.sort_unstable_by_key(|(sequence, _)| *sequence);
        Ok(again)
    }

    /// One file whose rows are not taken: kept in quarantine, and where even that fails refused.
    async fn set_aside(
        &self,
        judge: &Arc<Judge>,
        file: Option<&Arrived>,
        act: &Act,
        run: &mut Run,
        mut error: AppError,
    ) -> Result<(), AppError> {
        let Run { seen, counts, .. } = run;
        let Some(marks) = file.map(|file| Marks::of(self, judge.import.institution, file)) else { return Err(error) };
        let mut ways = Vec::new();
        if let (Act::New { .. }, Some(file)) = (act, file) {
            if !seen.quarantine(marks) {
                counts.unchanged += 1;
                return Ok(());
            }
            ways.push(judge.quarantine(file, marks, NOT_STORABLE, "row")?);
        }
        if !matches!(act, Act::Refuse { .. }) {
            ways.push(refusal(self, &judge.import, marks, NOT_STORABLE, "row"));
        }
        for way in ways {
            let left = Arc::new(self.without_noted(judge.import.institution, vec![(0, way)], counts).await?);
            let Some((_, way)) = left.first() else { return Ok(()) };
            match self.write_range(judge, &left, 0..1).await {
                Ok(_) => {
                    count(way, counts);
                    return Ok(());
                }
                // Somebody else set it aside meanwhile.
                Err(next) if is_duplicate(&next) => {
                    counts.unchanged += 1;
                    return Ok(());
                }
                Err(next) if lies_in_a_row(&next) => error = next,
                Err(next) => return Err(next),
            }
        }
        Err(error)
    }

    /// Answers the sequence of the last new message in the range; 0 when there is none.
    async fn write_range(
        &self,
        judge: &Arc<Judge>,
        acts: &Arc<Vec<Numbered>>,
        range: Range<usize>,
    ) -> Result<i64, AppError> {
        let (acts, judge) = (acts.clone(), judge.clone());
        // The chart is named at the start, so that no other act writes it meanwhile, and two rows of one file cannot
        // stand beside one another anyway: no need to be repeated because of a neighbour on the same page.
        self.db()
            .act_of_many(Isolation::ReadCommitted, range.len(), move |tx| {
                let (acts, judge, range) = (acts.clone(), judge.clone(), range.clone());
                Box::pin(async move {
                    tx.alone_with(judge.chart.into()).await?;
                    put(tx, &judge, acts.get(range).unwrap_or_default()).await
                })
            })
            .await
    }
}

async fn judge_all(
    judge: &Arc<Judge>,
    files: &Arc<Vec<Arrived>>,
    open: Vec<usize>,
    run: &mut Run,
) -> Result<Vec<Numbered>, AppError> {
    let (house, mut seen) = (judge.house.clone(), std::mem::take(&mut run.seen));
    let (judge, files) = (judge.clone(), files.clone());
    let judged = house.prepare(move || {
        let (mut acts, mut unchanged) = (Vec::with_capacity(open.len()), 0);
        for number in open {
            let Some(file) = files.get(number) else { continue };
            match judge.fate(file, &mut seen)? {
                None => unchanged += 1,
                Some(act) => acts.push((number, act)),
            }
        }
        Ok::<_, AppError>((acts, seen, unchanged))
    });
    let (acts, seen, unchanged) = judged.await.ok_or(AppError::Unreadable("a file"))??;
    run.seen = seen;
    run.counts.unchanged += unchanged;
    Ok(acts)
}

/// Messages first and in few statements, then what may refer to them. Answers the sequence of the last message.
async fn put(tx: &Tx, judge: &Judge, acts: &[Numbered]) -> Result<i64, AppError> {
    let (mut records, mut new, mut originals) = (Vec::new(), Vec::new(), Vec::new());
    for (_, act) in acts {
        if let Act::New { message, record, staged, .. } = act {
            records.push(&**record);
            new.push(&**message);
            originals.push(staged);
        }
    }
    let recorded = renkei_ledger::record_all(tx, &records).await?;
    for (staged, recorded) in originals.iter().zip(&recorded) {
        if let Some(staged) = staged {
            staged.place(recorded)?;
        }
    }
    let mut last = 0;
    if let Some(first) = recorded.first() {
        last = messages::append(first, &new).await?;
        let welcome: Vec<_> = new.iter().map(|message| (message.name_hash, message.digest_hash)).collect();
        messages::refusals_forget(tx, judge.import.institution, &welcome).await?;
    }
    for (_, act) in acts {
        match act {
            Act::New { .. } => {}
            Act::Condition { id, condition, event } => {
                let recorded = renkei_ledger::record(tx, &judge.permit, event).await?;
                if !messages::change_condition(&recorded, *id, *condition).await? {
                    return Err(AppError::Unreadable("a message whose condition changed"));
                }
            }
            Act::Quarantine { row, event } => {
                let recorded = renkei_ledger::record(tx, &judge.permit, event).await?;
                messages::quarantine_put(&recorded, (**row).clone()).await?;
            }
            Act::Refuse { .. } => {}
        }
    }
    note_all(tx, acts).await?;
    Ok(last)
}

/// The refusals among `acts`, with their records.
async fn note_all(tx: &Tx, acts: &[Numbered]) -> Result<(), AppError> {
    let refusals = acts.iter().filter_map(|(_, act)| match act {
        Act::Refuse { row, event } => Some(((**row).clone(), event.clone())),
        _ => None,
    });
    let (rows, events): (Vec<NewRefusal>, Vec<Event>) = refusals.unzip();
    renkei_ledger::record_plain_all(tx, &events).await?;
    Ok(messages::refusals_note(tx, rows).await?)
}

fn refused(act: &Act) -> Option<&NewRefusal> {
    match act {
        Act::Refuse { row, .. } => Some(row),
        _ => None,
    }
}

fn count(act: &Act, counts: &mut Counts) {
    match act {
        Act::New { .. } => counts.stored += 1,
        Act::Condition { .. } => counts.superseded += 1,
        Act::Quarantine { .. } => counts.quarantined += 1,
        Act::Refuse { .. } => counts.refused += 1,
    }
}

fn database(error: &AppError) -> Option<&renkei_db::Error> {
    match error {
        AppError::Database(error)
        | AppError::Store(renkei_store::Error::Database(error))
        | AppError::Ledger(renkei_ledger::Error::Database(error)) => Some(error),
        _ => None,
    }
}

fn is_duplicate(error: &AppError) -> bool {
    database(error).is_some_and(renkei_db::Error::is_duplicate)
}

/// Whether the failure may be one row's own; what concerns the whole installation (no room on the disk, a database
/// that went away) is not for splitting, or good files would be set aside one by one.
fn lies_in_a_row(error: &AppError) -> bool {
    use renkei_db::Error as Db;
    match database(error) {
        Some(failed) => row_may_be_it(failed),
        None => match error {
            AppError::Statement(failed) => row_may_be_it(&Db::from(failed.clone())),
            AppError::Unreadable(_)
            | AppError::Ledger(renkei_ledger::Error::TooLarge { .. })
            | AppError::Store(renkei_store::Error::Record(_) | renkei_store::Error::Unreadable(_)) => true,
            _ => false,
        },
    }
}

fn row_may_be_it(failed: &renkei_db::Error) -> bool {
    !failed.is_duplicate() && !failed.is_of_the_engine()
}
