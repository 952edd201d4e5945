import type {
  Database,
  DatabaseInput,
  Partition,
  PartitionInput,
  Table,
  TableInput,
  Column as WireColumn,
  StorageDescriptor as WireStorage,
} from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type {
  CatalogDatabase,
  CatalogPartition,
  CatalogTable,
  Column,
  PartitionDefinition,
  StorageDescriptor,
  TableDefinition,
} from '../catalog.ts'
import { entityNotFound, invalidInput, refuseMembers, unsupported } from '../catalog-errors.ts'

/** Refuses the catalogs of other accounts and the nested ones of Lake Formation. */
export function checkCatalog(catalogId: string | undefined, scope: Scope): void {
  if (catalogId === undefined || catalogId === '' || catalogId === scope.accountId) return
  throw entityNotFound(`Catalog ${catalogId} not found.`)
}

/** What a new database gives to everybody where Lake Formation is not set up (AWS default). */
const openPermissions = [
  { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] },
] satisfies Database['CreateTableDefaultPermissions']

export function databaseFromWire(input: DatabaseInput): CatalogDatabase {
  refuseMembers(input, ['TargetDatabase', 'FederatedDatabase'])
  const permissions = input.CreateTableDefaultPermissions
  if (permissions && permissions.length > 0) {
    const open = JSON.stringify(permissions) === JSON.stringify(openPermissions)
    if (!open) throw unsupported('CreateTableDefaultPermissions (Lake Formation)')
  }
  return {
    name: input.Name ?? '',
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.LocationUri !== undefined && { locationUri: input.LocationUri }),
    ...(input.Parameters && { parameters: input.Parameters }),
  }
}

export function databaseToWire(database: CatalogDatabase, scope: Scope): Database {
  return {
    Name: database.name,
    Description: database.description,
    LocationUri: database.locationUri,
    Parameters: database.parameters,
    CreateTime: dateOf(database.createdMs ?? 0),
    CreateTableDefaultPermissions: openPermissions,
    CatalogId: scope.accountId,
  }
}

export function tableFromWire(input: TableInput): TableDefinition {
  refuseMembers(input, ['TargetTable', 'ViewDefinition'])
  if (!input.Name) throw invalidInput('Table name cannot be empty')
  const { StorageDescriptor: storage, PartitionKeys: keys = [] } = input
  return {
    name: input.Name,
    partitionKeys: keys.map(columnFromWire),
    parameters: input.Parameters ?? {},
    ...(storage && { storage: storageFromWire(storage) }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Owner !== undefined && { owner: input.Owner }),
    ...(input.Retention !== undefined && { retention: input.Retention }),
    ...(input.TableType !== undefined && { tableType: input.TableType }),
    ...(input.ViewOriginalText !== undefined && { viewOriginalText: input.ViewOriginalText }),
    ...(input.ViewExpandedText !== undefined && { viewExpandedText: input.ViewExpandedText }),
    ...accessTimes(input),
  }
}

function accessTimes(input: TableInput | PartitionInput) {
  return {
    ...(input.LastAccessTime && { lastAccessMs: input.LastAccessTime.getTime() }),
    ...(input.LastAnalyzedTime && { lastAnalyzedMs: input.LastAnalyzedTime.getTime() }),
  }
}

export function tableToWire(table: CatalogTable, scope: Scope): Table {
  return {
    Name: table.name,
    DatabaseName: table.database,
    Description: table.description,
    Owner: table.owner,
    CreateTime: dateOf(table.createdMs),
    UpdateTime: dateOf(table.updatedMs),
    LastAccessTime: timeToWire(table.lastAccessMs),
    LastAnalyzedTime: timeToWire(table.lastAnalyzedMs),
    Retention: table.retention ?? 0,
    StorageDescriptor: table.storage && storageToWire(table.storage),
    PartitionKeys: table.partitionKeys.map(columnToWire),
    ViewOriginalText: table.viewOriginalText,
    ViewExpandedText: table.viewExpandedText,
    TableType: table.tableType,
    Parameters: table.parameters,
    IsRegisteredWithLakeFormation: false,
    CatalogId: scope.accountId,
    VersionId: table.versionId,
  }
}

export function partitionFromWire(input: PartitionInput): PartitionDefinition {
  const { StorageDescriptor: storage } = input
  return {
    values: input.Values ?? [],
    parameters: input.Parameters ?? {},
    ...(storage && { storage: storageFromWire(storage) }),
    ...accessTimes(input),
  }
}

export function partitionToWire(
  partition: CatalogPartition,
  owner: { readonly database: string; readonly table: string; readonly scope: Scope },
): Partition {
  return {
    Values: [...partition.values],
    DatabaseName: owner.database.toLowerCase(),
    TableName: owner.table.toLowerCase(),
    CreationTime: dateOf(partition.createdMs),
    LastAccessTime: timeToWire(partition.lastAccessMs),
    LastAnalyzedTime: timeToWire(partition.lastAnalyzedMs),
    StorageDescriptor: partition.storage && storageToWire(partition.storage),
    Parameters: partition.parameters,
    CatalogId: owner.scope.accountId,
  }
}

const timeToWire = (timeMs: number | undefined) =>
  timeMs === undefined ? undefined : dateOf(timeMs)

function columnFromWire(column: WireColumn): Column {
  return {
    name: column.Name ?? '',
    type: column.Type ?? '',
    ...(column.Comment !== undefined && { comment: column.Comment }),
    ...(column.Parameters && { parameters: column.Parameters }),
  }
}

function columnToWire(column: Column): WireColumn {
  return {
    Name: column.name,
    Type: column.type,
    Comment: column.comment,
    Parameters: column.parameters,
  }
}

function storageFromWire(input: WireStorage): StorageDescriptor {
  refuseMembers(input, ['SchemaReference'])
  const {
    Columns,
    Location,
    InputFormat,
    OutputFormat,
    Compressed,
    SerdeInfo,
    Parameters,
    ...other
  } = input
  return {
    columns: (Columns ?? []).map(columnFromWire),
    location: Location ?? '',
    parameters: Parameters ?? {},
    ...(InputFormat !== undefined && { inputFormat: InputFormat }),
    ...(OutputFormat !== undefined && { outputFormat: OutputFormat }),
    ...(Compressed !== undefined && { compressed: Compressed }),
    ...(SerdeInfo && {
      serde: {
        parameters: SerdeInfo.Parameters ?? {},
        ...(SerdeInfo.Name !== undefined && { name: SerdeInfo.Name }),
        ...(SerdeInfo.SerializationLibrary !== undefined && {
          library: SerdeInfo.SerializationLibrary,
        }),
      },
    }),
    ...(Object.keys(other).length > 0 && { other }),
  }
}

function storageToWire(storage: StorageDescriptor): WireStorage {
  return {
    NumberOfBuckets: 0,
    SortColumns: [],
    StoredAsSubDirectories: false,
    ...storage.other,
    Columns: storage.columns.map(columnToWire),
    Location: storage.location,
    InputFormat: storage.inputFormat,
    OutputFormat: storage.outputFormat,
    Compressed: storage.compressed ?? false,
    SerdeInfo: storage.serde && {
      Name: storage.serde.name,
      SerializationLibrary: storage.serde.library,
      Parameters: storage.serde.parameters,
    },
    Parameters: storage.parameters,
  }
}
