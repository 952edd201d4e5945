import type {
  CreateClassifierRequest,
  CreateCsvClassifierRequest,
  UpdateClassifierRequest,
  UpdateCsvClassifierRequest,
  Classifier as WireClassifier,
} from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import { invalidInput, refuseMembers } from '../catalog-errors.ts'
import type { ClassifierDefinition, StoredClassifier } from '../crawler/classifiers.ts'

type CsvDefinition = Extract<ClassifierDefinition, { kind: 'csv' }>

export function newClassifier(input: CreateClassifierRequest): ClassifierDefinition {
  refuseMembers(input, ['GrokClassifier', 'XMLClassifier'])
  const { JsonClassifier: json, CsvClassifier: csv } = input
  if (json?.Name && json.JsonPath) return { kind: 'json', name: json.Name, jsonPath: json.JsonPath }
  if (csv?.Name) return csvClassifier(csv, { ...csvDefaults, kind: 'csv', name: csv.Name })
  throw invalidInput('One classifier must be given')
}

export function changedClassifier(input: UpdateClassifierRequest): {
  readonly name: string
  readonly edit: (current: StoredClassifier) => ClassifierDefinition
} {
  refuseMembers(input, ['GrokClassifier', 'XMLClassifier'])
  const { JsonClassifier: json, CsvClassifier: csv } = input
  const name = json?.Name ?? csv?.Name
  if (!name) throw invalidInput('One classifier must be given')
  return {
    name,
    edit(current) {
      if (json && current.kind === 'json') {
        return { kind: 'json', name, jsonPath: json.JsonPath ?? current.jsonPath }
      }
      if (csv && current.kind === 'csv') return csvClassifier(csv, current)
      throw invalidInput(`Classifier ${name} is of another kind`)
    },
  }
}

const csvDefaults = {
  containsHeader: 'UNKNOWN',
  header: [],
  disableValueTrimming: false,
  allowSingleColumn: false,
} as const

function csvClassifier(
  csv: CreateCsvClassifierRequest | UpdateCsvClassifierRequest,
  current: CsvDefinition,
): CsvDefinition {
  const types = csv.CustomDatatypeConfigured === false ? undefined : csv.CustomDatatypes
  return {
    ...current,
    ...(csv.Delimiter !== undefined && { delimiter: csv.Delimiter }),
    ...(csv.QuoteSymbol !== undefined && { quote: csv.QuoteSymbol }),
    ...(csv.ContainsHeader && { containsHeader: csv.ContainsHeader }),
    ...(csv.Header && { header: csv.Header }),
    ...(csv.DisableValueTrimming !== undefined && {
      disableValueTrimming: csv.DisableValueTrimming,
    }),
    ...(csv.AllowSingleColumn !== undefined && { allowSingleColumn: csv.AllowSingleColumn }),
    ...(types && types.length > 0 && { types }),
    ...(csv.Serde && { serde: csv.Serde }),
  }
}

export function classifierToWire(stored: StoredClassifier): WireClassifier {
  const times = {
    CreationTime: dateOf(stored.createdMs),
    LastUpdated: dateOf(stored.updatedMs),
    Version: stored.version,
  }
  if (stored.kind === 'json') {
    return { JsonClassifier: { Name: stored.name, JsonPath: stored.jsonPath, ...times } }
  }
  return {
    CsvClassifier: {
      Name: stored.name,
      ...times,
      Delimiter: stored.delimiter,
      QuoteSymbol: stored.quote,
      ContainsHeader: stored.containsHeader,
      Header: [...stored.header],
      DisableValueTrimming: stored.disableValueTrimming,
      AllowSingleColumn: stored.allowSingleColumn,
      CustomDatatypeConfigured: stored.types !== undefined,
      CustomDatatypes: stored.types ? [...stored.types] : undefined,
      Serde: csvSerdes.find((serde) => serde === stored.serde),
    },
  }
}

const csvSerdes = ['OpenCSVSerDe', 'LazySimpleSerDe', 'None'] as const
