//! Apache Parquet: the columns of CSV with their types, all of them optional, compressed with Snappy.
//!
//! Rows are gathered into groups of [`GROUP_ROWS`], which is what memory holds.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::Value;

use super::columns::{Column, Kind, columns};
use super::format::Writer;
use super::target::Target;

/// Rows of a group.
const GROUP_ROWS: usize = 20_000;

/// The values of one column of a group; a level of 0 stands for none.
struct Gathered {
    column: Column,
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Texts(Vec<ByteArray>),
    Numbers(Vec<i32>),
    Times(Vec<i64>),
}

pub(super) struct Parquet {
    writer: SerializedFileWriter<Target>,
    gathered: Vec<Gathered>,
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => io::Error::other(error),
        otherwise => io::Error::other(otherwise),
    }
}

impl Parquet {
    /// Begins a file.
    pub(super) fn new(target: Target, texts: bool) -> io::Result<Self> {
        let columns = columns(texts);
        let fields = columns.iter().map(|column| field(column).map(Arc::new));
        let fields = fields.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("message").with_fields(fields).build();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("postrider {}", env!("CARGO_PKG_VERSION")))
            .build();
        let schema = Arc::new(schema.map_err(failed)?);
        let writer = SerializedFileWriter::new(target, schema, Arc::new(properties));
        let gathered = columns.into_iter().map(Gathered::new).collect();
        Ok(Self { writer: writer.map_err(failed)?, gathered })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for gathered in &mut self.gathered {
            let Some(mut column) = group.next_column()? else { break };
            let levels = Some(&gathered.levels[..]);
            match &mut gathered.values {
                Values::Texts(values) => {
                    column.typed::<ByteArrayType>().write_batch(values, levels, None)?;
                    values.clear();
                }
                Values::Numbers(values) => {
                    column.typed::<Int32Type>().write_batch(values, levels, None)?;
                    values.clear();
                }
                Values::Times(values) => {
                    column.typed::<Int64Type>().write_batch(values, levels, None)?;
                    values.clear();
                }
            }
            column.close()?;
            gathered.levels.clear();
        }
        group.close()?;
        Ok(())
    }

    fn rows(&self) -> usize {
        self.gathered.first().map_or(0, |gathered| gathered.levels.len())
    }
}

impl Writer for Parquet {
    fn message(&mut self, message: &Value) -> io::Result<()> {
        self.gathered.iter_mut().for_each(|gathered| gathered.push(message));
        if self.rows() >= GROUP_ROWS { self.write_group().map_err(failed) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<Target> {
        if self.rows() > 0 {
            self.write_group().map_err(failed)?;
        }
        self.writer.into_inner().map_err(failed)
    }
}

impl Gathered {
    const fn new(column: Column) -> Self {
        let values = match column.kind {
            Kind::Text => Values::Texts(Vec::new()),
            Kind::Number => Values::Numbers(Vec::new()),
            Kind::Time => Values::Times(Vec::new()),
        };
        Self { column, levels: Vec::new(), values }
    }

    fn push(&mut self, message: &Value) {
        let value = self.column.of(message);
        let known = match &mut self.values {
            Values::Texts(values) => value.as_str().map(|text| values.push(text.into())),
            Values::Numbers(values) => {
                let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
                number.map(|number| values.push(number))
            }
            Values::Times(values) => {
                let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                time.map(|time| values.push(time.as_microsecond()))
            }
        };
        self.levels.push(i16::from(known.is_some()));
    }
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Number => (Physical::INT32, None),
        Kind::Time => {
            let unit = TimeUnit::MICROS;
            (Physical::INT64, Some(LogicalType::timestamp(true, unit)))
        }
    };
    Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}
