//! Fields a data type requires (SS-MIX2 guideline 1.2g, required fields). A missing one is reported and nothing more:
//! the guideline's own samples break the rules, and a file is not refused for it.

use renkei_hl7v2::Message;

use crate::context::Context;
use crate::data_type::DataType;

type Row = (&'static str, &'static [u16]);

/// MSH and PID of every message. PID-7 has a finding of its own.
const EVERY: &[Row] = &[("MSH", &[7, 10, 11, 12, 18]), ("PID", &[5, 8])];

fn rows(data_type: DataType) -> &'static [Row] {
    use DataType as T;
    match data_type {
        T::Adt00 => &[
            ("EVN", &[2]),
            ("PV1", &[2]),
            ("NK1", &[1]),
            ("DB1", &[1, 2, 4]),
            ("OBX", &[3, 11]),
            ("AL1", &[1, 3]),
            ("IN1", &[1, 2]),
        ],
        T::Adt01 | T::Adt12 | T::Adt21 | T::Adt22 | T::Adt31 | T::Adt32 | T::Adt41 | T::Adt42 | T::Adt51 | T::Adt52 => {
            &[("EVN", &[2]), ("PV1", &[2])]
        }
        T::Adt61 => &[("EVN", &[2]), ("IAM", &[1, 3, 6])],
        T::Ppr01 => &[("PRB", &[1, 2, 3, 4]), ("ZPR", &[2]), ("ZI1", &[1, 2]), ("ORC", &[1, 2])],
        T::Omp01 | T::Omp11 => &[
            ("PV1", &[2]),
            ("ORC", &[1, 2, 4]),
            ("RXE", &[2, 3, 5, 10, 11]),
            ("RXR", &[1]),
            ("RXA", &[1, 2, 3, 4, 5, 6]),
        ],
        T::Omp02 | T::Omp12 => &[
            ("ORC", &[1, 2, 4, 17, 29]),
            ("RXE", &[2, 3, 5]),
            ("RXC", &[1, 2, 3, 4]),
            ("RXR", &[1]),
            ("RXA", &[1, 2, 3, 4, 5, 6]),
            ("OBX", &[2, 3, 11]),
        ],
        T::Oml01 => &[("SPM", &[4]), ("ORC", &[1, 2]), ("TQ1", &[1]), ("OBR", &[2, 4]), ("OBX", &[3, 11])],
        T::Oml11 => &[("SPM", &[4]), ("OBR", &[2, 4]), ("ORC", &[1, 2]), ("OBX", &[3, 11])],
        T::Omg01 | T::Omg02 => &[("ORC", &[1, 2, 9, 12]), ("TQ1", &[1, 9]), ("OBR", &[2, 4]), ("OBX", &[2, 3, 5, 11])],
        T::Omg11 | T::Omg12 => &[
            ("ORC", &[1, 2, 9, 12]),
            ("TQ1", &[1, 9]),
            ("OBR", &[2, 4]),
            ("OBX", &[2, 3, 5, 11]),
            ("IPC", &[1, 3, 5]),
            ("ZE1", &[2, 3]),
        ],
        T::Omg03 | T::Omg13 => {
            &[("ORC", &[1, 2, 9, 12, 17]), ("TQ1", &[1, 9]), ("OBR", &[1, 2, 4]), ("OBX", &[2, 3, 11])]
        }
        T::Omd => &[("ORC", &[1, 2]), ("ODS", &[1, 3])],
    }
}

/// Notes every required field that says nothing. `""` says something.
pub(crate) fn check(message: &Message, data_type: Option<DataType>, context: &mut Context) {
    let typed = data_type.map(rows).unwrap_or_default();
    for segment in message.segments() {
        let name = segment.name();
        let fields = EVERY.iter().chain(typed).filter(|(wanted, _)| *wanted == name).flat_map(|(_, fields)| *fields);
        for field in fields {
            if segment.field(*field).is_empty() {
                context.note("required-field-missing", segment.place(*field), "必須の欄に値がありません。");
            }
        }
    }
}
