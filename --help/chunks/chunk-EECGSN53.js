import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  assert
} from "./chunk-SJF4ROPC.js";
import {
  InvariantError
} from "./chunk-VCNPK3W3.js";

// src/wire/kafka/errors.ts
var kafkaErrorCodes = {
  UNKNOWN_SERVER_ERROR: -1,
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  INVALID_FETCH_SIZE: 4,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  BROKER_NOT_AVAILABLE: 8,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  STALE_CONTROLLER_EPOCH: 11,
  OFFSET_METADATA_TOO_LARGE: 12,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC_EXCEPTION: 17,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  INVALID_REQUIRED_ACKS: 21,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  INVALID_GROUP_ID: 24,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  INVALID_COMMIT_OFFSET_SIZE: 28,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  INVALID_TIMESTAMP: 32,
  UNSUPPORTED_SASL_MECHANISM: 33,
  ILLEGAL_SASL_STATE: 34,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  INVALID_REPLICA_ASSIGNMENT: 39,
  INVALID_CONFIG: 40,
  NOT_CONTROLLER: 41,
  INVALID_REQUEST: 42,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 43,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  INVALID_TRANSACTION_TIMEOUT: 50,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTION_COORDINATOR_FENCED: 52,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  SECURITY_DISABLED: 54,
  OPERATION_NOT_ATTEMPTED: 55,
  KAFKA_STORAGE_ERROR: 56,
  LOG_DIR_NOT_FOUND: 57,
  SASL_AUTHENTICATION_FAILED: 58,
  UNKNOWN_PRODUCER_ID: 59,
  REASSIGNMENT_IN_PROGRESS: 60,
  DELEGATION_TOKEN_AUTH_DISABLED: 61,
  DELEGATION_TOKEN_NOT_FOUND: 62,
  DELEGATION_TOKEN_OWNER_MISMATCH: 63,
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: 64,
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: 65,
  DELEGATION_TOKEN_EXPIRED: 66,
  INVALID_PRINCIPAL_TYPE: 67,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FETCH_SESSION_ID_NOT_FOUND: 70,
  INVALID_FETCH_SESSION_EPOCH: 71,
  LISTENER_NOT_FOUND: 72,
  TOPIC_DELETION_DISABLED: 73,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  UNSUPPORTED_COMPRESSION_TYPE: 76,
  STALE_BROKER_EPOCH: 77,
  OFFSET_NOT_AVAILABLE: 78,
  MEMBER_ID_REQUIRED: 79,
  PREFERRED_LEADER_NOT_AVAILABLE: 80,
  GROUP_MAX_SIZE_REACHED: 81,
  FENCED_INSTANCE_ID: 82,
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 83,
  ELECTION_NOT_NEEDED: 84,
  NO_REASSIGNMENT_IN_PROGRESS: 85,
  GROUP_SUBSCRIBED_TO_TOPIC: 86,
  INVALID_RECORD: 87,
  UNSTABLE_OFFSET_COMMIT: 88,
  THROTTLING_QUOTA_EXCEEDED: 89,
  PRODUCER_FENCED: 90,
  RESOURCE_NOT_FOUND: 91,
  DUPLICATE_RESOURCE: 92,
  UNACCEPTABLE_CREDENTIAL: 93,
  INCONSISTENT_VOTER_SET: 94,
  INVALID_UPDATE_VERSION: 95,
  FEATURE_UPDATE_FAILED: 96,
  PRINCIPAL_DESERIALIZATION_FAILURE: 97,
  SNAPSHOT_NOT_FOUND: 98,
  POSITION_OUT_OF_RANGE: 99,
  UNKNOWN_TOPIC_ID: 100,
  DUPLICATE_BROKER_REGISTRATION: 101,
  BROKER_ID_NOT_REGISTERED: 102,
  INCONSISTENT_TOPIC_ID: 103,
  INCONSISTENT_CLUSTER_ID: 104,
  TRANSACTIONAL_ID_NOT_FOUND: 105,
  FETCH_SESSION_TOPIC_ID_ERROR: 106,
  INELIGIBLE_REPLICA: 107,
  NEW_LEADER_ELECTED: 108,
  OFFSET_MOVED_TO_TIERED_STORAGE: 109,
  FENCED_MEMBER_EPOCH: 110,
  UNRELEASED_INSTANCE_ID: 111,
  UNSUPPORTED_ASSIGNOR: 112,
  STALE_MEMBER_EPOCH: 113,
  MISMATCHED_ENDPOINT_TYPE: 114,
  UNSUPPORTED_ENDPOINT_TYPE: 115,
  UNKNOWN_CONTROLLER_ID: 116,
  UNKNOWN_SUBSCRIPTION_ID: 117,
  TELEMETRY_TOO_LARGE: 118,
  INVALID_REGISTRATION: 119,
  TRANSACTION_ABORTABLE: 120,
  INVALID_RECORD_STATE: 121,
  SHARE_SESSION_NOT_FOUND: 122,
  INVALID_SHARE_SESSION_EPOCH: 123,
  FENCED_STATE_EPOCH: 124,
  INVALID_VOTER_KEY: 125,
  DUPLICATE_VOTER: 126,
  VOTER_NOT_FOUND: 127,
  INVALID_REGULAR_EXPRESSION: 128,
  REBOOTSTRAP_REQUIRED: 129,
  STREAMS_INVALID_TOPOLOGY: 130,
  STREAMS_INVALID_TOPOLOGY_EPOCH: 131,
  STREAMS_TOPOLOGY_FENCED: 132,
  SHARE_SESSION_LIMIT_REACHED: 133
};
var namesByCode = new Map(
  Object.entries(kafkaErrorCodes).map(([name, code]) => [code, name])
);
function kafkaErrorCode(name) {
  return kafkaErrorCodes[name];
}
function kafkaErrorName(code) {
  return namesByCode.get(code) ?? "UNKNOWN_SERVER_ERROR";
}
var retriable = /* @__PURE__ */ new Set([
  "CORRUPT_MESSAGE",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_OR_FOLLOWER",
  "REQUEST_TIMED_OUT",
  "REPLICA_NOT_AVAILABLE",
  "NETWORK_EXCEPTION",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NOT_CONTROLLER",
  "CONCURRENT_TRANSACTIONS",
  "KAFKA_STORAGE_ERROR",
  "FETCH_SESSION_ID_NOT_FOUND",
  "INVALID_FETCH_SESSION_EPOCH",
  "LISTENER_NOT_FOUND",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  "PREFERRED_LEADER_NOT_AVAILABLE",
  "ELIGIBLE_LEADERS_NOT_AVAILABLE",
  "ELECTION_NOT_NEEDED",
  "UNSTABLE_OFFSET_COMMIT",
  "THROTTLING_QUOTA_EXCEEDED",
  "UNKNOWN_TOPIC_ID",
  "INCONSISTENT_TOPIC_ID",
  "FETCH_SESSION_TOPIC_ID_ERROR",
  "SHARE_SESSION_NOT_FOUND",
  "INVALID_SHARE_SESSION_EPOCH",
  "SHARE_SESSION_LIMIT_REACHED"
]);
function isRetriableKafkaError(name) {
  return retriable.has(name);
}

// src/wire/kafka/schema.ts
var Field = class {
  type;
  options;
  constructor(type, options = {}) {
    this.type = type;
    this.options = options;
  }
};
function scalar(kind) {
  return (options) => new Field({ kind }, options);
}
var bool = scalar("bool");
var int8 = scalar("int8");
var int16 = scalar("int16");
var uint16 = scalar("uint16");
var int32 = scalar("int32");
var int64 = scalar("int64");
var float64 = scalar("float64");
var uuid = scalar("uuid");
var string = scalar("string");
var bytes = scalar("bytes");
var records = scalar("records");
function struct(fields, options) {
  return new Field({ kind: "struct", fields }, options);
}
function array(element, options) {
  const type = element instanceof Field ? element.type : { kind: "struct", fields: element };
  return new Field({ kind: "array", element: type }, options);
}
function api(definition) {
  return definition;
}

// src/wire/kafka/schemas/acls.ts
var describeAcls = api({
  key: 29,
  versions: [1, 3],
  flexible: 2,
  request: {
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullable: true }),
    patternTypeFilter: int8({ default: 3 }),
    principalFilter: string({ nullable: true }),
    hostFilter: string({ nullable: true }),
    operation: int8(),
    permissionType: int8()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      patternType: int8({ default: 3 }),
      acls: array({
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8()
      })
    })
  }
});
var createAcls = api({
  key: 30,
  versions: [1, 3],
  flexible: 2,
  request: {
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8({ default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8()
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true })
    })
  }
});
var deleteAcls = api({
  key: 31,
  versions: [1, 3],
  flexible: 2,
  request: {
    filters: array({
      resourceTypeFilter: int8(),
      resourceNameFilter: string({ nullable: true }),
      patternTypeFilter: int8({ default: 3 }),
      principalFilter: string({ nullable: true }),
      hostFilter: string({ nullable: true }),
      operation: int8(),
      permissionType: int8()
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    filterResults: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      matchingAcls: array({
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8()
      })
    })
  }
});

// src/wire/kafka/schemas/authentication.ts
var saslHandshake = api({
  key: 17,
  versions: [0, 1],
  request: {
    mechanism: string()
  },
  response: {
    errorCode: int16(),
    mechanisms: array(string())
  }
});
var saslAuthenticate = api({
  key: 36,
  versions: [0, 2],
  flexible: 2,
  request: {
    authBytes: bytes()
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0 })
  }
});
var describeUserScramCredentials = api({
  key: 50,
  versions: [0, 0],
  flexible: 0,
  request: {
    users: array(
      {
        name: string()
      },
      { nullable: true }
    )
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      credentialInfos: array({
        mechanism: int8(),
        iterations: int32()
      })
    })
  }
});
var alterUserScramCredentials = api({
  key: 51,
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: array({
      name: string(),
      mechanism: int8()
    }),
    upsertions: array({
      name: string(),
      mechanism: int8(),
      iterations: int32(),
      salt: bytes(),
      saltedPassword: bytes()
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true })
    })
  }
});

// src/wire/kafka/schemas/cluster.ts
var apiVersions = api({
  key: 18,
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: string({ since: 3 }),
    clientSoftwareVersion: string({ since: 3 })
  },
  response: {
    errorCode: int16(),
    apiKeys: array({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16()
    }),
    throttleTimeMs: int32({ since: 1, default: 0 }),
    supportedFeatures: array(
      {
        name: string(),
        minVersion: int16(),
        maxVersion: int16()
      },
      { since: 3, tag: 0 }
    ),
    finalizedFeaturesEpoch: int64({ since: 3, default: -1, tag: 1 }),
    finalizedFeatures: array(
      {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16()
      },
      { since: 3, tag: 2 }
    ),
    zkMigrationReady: bool({ since: 3, default: false, tag: 3 })
  }
});
var metadata = api({
  key: 3,
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: array(
      {
        topicId: uuid({ since: 10 }),
        name: string({ nullable: 10 })
      },
      { nullable: 1 }
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8 })
  },
  response: {
    throttleTimeMs: int32({ since: 3, default: 0 }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullable: true, default: null })
    }),
    clusterId: string({ since: 2, nullable: true, default: null }),
    controllerId: int32({ since: 1, default: -1 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: 12 }),
      topicId: uuid({ since: 10 }),
      isInternal: bool({ since: 1, default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: 5 })
      }),
      topicAuthorizedOperations: int32({ since: 8, default: -2147483648 })
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -2147483648 }),
    errorCode: int16({ since: 13, default: 0 })
  }
});
var describeTopicPartitions = api({
  key: 75,
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: array({
      name: string()
    }),
    responsePartitionLimit: int32({ default: 2e3 }),
    cursor: struct(
      {
        topicName: string(),
        partitionIndex: int32()
      },
      { nullable: true, default: null }
    )
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: true }),
      topicId: uuid(),
      isInternal: bool({ default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: array(int32(), { nullable: true, default: null }),
        lastKnownElr: array(int32(), { nullable: true, default: null }),
        offlineReplicas: array(int32())
      }),
      topicAuthorizedOperations: int32({ default: -2147483648 })
    }),
    nextCursor: struct(
      {
        topicName: string(),
        partitionIndex: int32()
      },
      { nullable: true, default: null }
    )
  }
});
var describeCluster = api({
  key: 60,
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2 })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: true, default: null }),
      isFenced: bool({ since: 2 })
    }),
    clusterAuthorizedOperations: int32({ default: -2147483648 })
  }
});
var describeQuorum = api({
  key: 55,
  versions: [0, 2],
  flexible: 0,
  request: {
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32()
      })
    })
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ since: 2, nullable: true }),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ since: 2, nullable: true }),
        leaderId: int32(),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: array({
          replicaId: int32(),
          replicaDirectoryId: uuid({ since: 2 }),
          logEndOffset: int64(),
          lastFetchTimestamp: int64({ since: 1, default: -1 }),
          lastCaughtUpTimestamp: int64({ since: 1, default: -1 })
        }),
        observers: array({
          replicaId: int32(),
          replicaDirectoryId: uuid({ since: 2 }),
          logEndOffset: int64(),
          lastFetchTimestamp: int64({ since: 1, default: -1 }),
          lastCaughtUpTimestamp: int64({ since: 1, default: -1 })
        })
      })
    }),
    nodes: array(
      {
        nodeId: int32(),
        listeners: array({
          name: string(),
          host: string(),
          port: uint16()
        })
      },
      { since: 2 }
    )
  }
});
var describeLogDirs = api({
  key: 35,
  versions: [1, 4],
  flexible: 2,
  request: {
    topics: array(
      {
        topic: string(),
        partitions: array(int32())
      },
      { nullable: true }
    )
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 3 }),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool()
        })
      }),
      totalBytes: int64({ since: 4, default: -1 }),
      usableBytes: int64({ since: 4, default: -1 })
    })
  }
});

// src/wire/kafka/schemas/configs.ts
var describeConfigs = api({
  key: 32,
  versions: [1, 4],
  flexible: 4,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string(), { nullable: true })
    }),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ since: 3, default: false })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullable: true }),
        readOnly: bool(),
        configSource: int8({ default: -1 }),
        isSensitive: bool(),
        synonyms: array({
          name: string(),
          value: string({ nullable: true }),
          source: int8()
        }),
        configType: int8({ since: 3, default: 0 }),
        documentation: string({ since: 3, nullable: true })
      })
    })
  }
});
var alterConfigs = api({
  key: 33,
  versions: [0, 2],
  flexible: 2,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullable: true })
      })
    }),
    validateOnly: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      resourceType: int8(),
      resourceName: string()
    })
  }
});
var incrementalAlterConfigs = api({
  key: 44,
  versions: [0, 1],
  flexible: 1,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        configOperation: int8(),
        value: string({ nullable: true })
      })
    }),
    validateOnly: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      resourceType: int8(),
      resourceName: string()
    })
  }
});
var listConfigResources = api({
  key: 74,
  versions: [0, 1],
  flexible: 0,
  request: {
    resourceTypes: array(int8(), { since: 1 })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8({ since: 1, default: 16 })
    })
  }
});

// src/wire/kafka/schemas/consumer-groups.ts
var consumerGroupHeartbeat = api({
  key: 68,
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: true, default: null }),
    rackId: string({ nullable: true, default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullable: true, default: null }),
    subscribedTopicRegex: string({ since: 1, nullable: true, default: null }),
    serverAssignor: string({ nullable: true, default: null }),
    topicPartitions: array(
      {
        topicId: uuid(),
        partitions: array(int32())
      },
      { nullable: true, default: null }
    )
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    memberId: string({ nullable: true, default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      {
        topicPartitions: array({
          topicId: uuid(),
          partitions: array(int32())
        })
      },
      { nullable: true, default: null }
    )
  }
});
var consumerGroupDescribe = api({
  key: 69,
  versions: [0, 1],
  flexible: 0,
  request: {
    groupIds: array(string()),
    includeAuthorizedOperations: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: array({
        memberId: string(),
        instanceId: string({ nullable: true, default: null }),
        rackId: string({ nullable: true, default: null }),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string()),
        subscribedTopicRegex: string({ nullable: true, default: null }),
        assignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32())
          })
        }),
        targetAssignment: struct({
          topicPartitions: array({
            topicId: uuid(),
            topicName: string(),
            partitions: array(int32())
          })
        }),
        memberType: int8({ since: 1, default: -1 })
      }),
      authorizedOperations: int32({ default: -2147483648 })
    })
  }
});

// src/wire/kafka/schemas/data.ts
var produce = api({
  key: 0,
  versions: [3, 12],
  advertisedFrom: 0,
  flexible: 9,
  request: {
    transactionalId: string({ nullable: true, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string(),
      partitionData: array({
        index: int32(),
        records: records({ nullable: true })
      })
    })
  },
  response: {
    responses: array({
      name: string(),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullable: true, default: null })
          },
          { since: 8 }
        ),
        errorMessage: string({ since: 8, nullable: true, default: null }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 })
          },
          { since: 10, tag: 0 }
        )
      })
    }),
    throttleTimeMs: int32({ default: 0 }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null })
      },
      { since: 10, tag: 0 }
    )
  }
});
var fetch = api({
  key: 1,
  versions: [4, 17],
  flexible: 12,
  request: {
    clusterId: string({ since: 12, nullable: true, default: null, tag: 0 }),
    replicaId: int32({ until: 14, default: -1 }),
    replicaState: struct(
      {
        replicaId: int32({ default: -1 }),
        replicaEpoch: int64({ default: -1 })
      },
      { since: 15, tag: 1 }
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 2147483647 }),
    isolationLevel: int8({ default: 0 }),
    sessionId: int32({ since: 7, default: 0 }),
    sessionEpoch: int32({ since: 7, default: -1 }),
    topics: array({
      topic: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 9, default: -1 }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: 12, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ since: 17, tag: 0 })
      })
    }),
    forgottenTopicsData: array(
      {
        topic: string({ until: 12 }),
        topicId: uuid({ since: 13 }),
        partitions: array(int32())
      },
      { since: 7 }
    ),
    rackId: string({ since: 11, default: "" })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 7 }),
    sessionId: int32({ since: 7, default: 0 }),
    responses: array({
      topic: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        divergingEpoch: struct(
          {
            epoch: int32({ default: -1 }),
            endOffset: int64({ default: -1 })
          },
          { since: 12, tag: 0 }
        ),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 })
          },
          { since: 12, tag: 1 }
        ),
        snapshotId: struct(
          {
            endOffset: int64({ default: -1 }),
            epoch: int32({ default: -1 })
          },
          { since: 12, tag: 2 }
        ),
        abortedTransactions: array(
          {
            producerId: int64(),
            firstOffset: int64()
          },
          { nullable: true }
        ),
        preferredReadReplica: int32({ since: 11, default: -1 }),
        records: records({ nullable: true })
      })
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null })
      },
      { since: 16, tag: 0 }
    )
  }
});
var listOffsets = api({
  key: 2,
  versions: [1, 10],
  flexible: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1 }),
        timestamp: int64()
      })
    }),
    timeoutMs: int32({ since: 10 })
  },
  response: {
    throttleTimeMs: int32({ since: 2, default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 })
      })
    })
  }
});
var offsetForLeaderEpoch = api({
  key: 23,
  versions: [2, 4],
  flexible: 4,
  request: {
    replicaId: int32({ since: 3, default: -2 }),
    topics: array({
      topic: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ default: -1 }),
        leaderEpoch: int32()
      })
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      topic: string(),
      partitions: array({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ default: -1 }),
        endOffset: int64({ default: -1 })
      })
    })
  }
});
var deleteRecords = api({
  key: 21,
  versions: [0, 2],
  flexible: 2,
  request: {
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        offset: int64()
      })
    }),
    timeoutMs: int32()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        lowWatermark: int64(),
        errorCode: int16()
      })
    })
  }
});
var describeProducers = api({
  key: 61,
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: array({
      name: string(),
      partitionIndexes: array(int32())
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
        activeProducers: array({
          producerId: int64(),
          producerEpoch: int32(),
          lastSequence: int32({ default: -1 }),
          lastTimestamp: int64({ default: -1 }),
          coordinatorEpoch: int32(),
          currentTxnStartOffset: int64({ default: -1 })
        })
      })
    })
  }
});

// src/wire/kafka/schemas/groups.ts
var findCoordinator = api({
  key: 10,
  versions: [0, 6],
  flexible: 3,
  request: {
    key: string({ until: 3 }),
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: array(string(), { since: 4 })
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16({ until: 3 }),
    errorMessage: string({ since: 1, until: 3, nullable: true }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true })
      },
      { since: 4 }
    )
  }
});
var joinGroup = api({
  key: 11,
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullable: true, default: null }),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes()
    }),
    reason: string({ since: 8, nullable: true, default: null })
  },
  response: {
    throttleTimeMs: int32({ since: 2, default: 0 }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullable: true, default: null }),
    protocolName: string({ nullable: 7 }),
    leader: string(),
    skipAssignment: bool({ since: 9, default: false }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullable: true, default: null }),
      metadata: bytes()
    })
  }
});
var syncGroup = api({
  key: 14,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
    protocolType: string({ since: 5, nullable: true, default: null }),
    protocolName: string({ since: 5, nullable: true, default: null }),
    assignments: array({
      memberId: string(),
      assignment: bytes()
    })
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16(),
    protocolType: string({ since: 5, nullable: true, default: null }),
    protocolName: string({ since: 5, nullable: true, default: null }),
    assignment: bytes()
  }
});
var heartbeat = api({
  key: 12,
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: true, default: null })
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16()
  }
});
var leaveGroup = api({
  key: 13,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true, default: null }),
        reason: string({ since: 5, nullable: true, default: null })
      },
      { since: 3 }
    )
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true }),
        errorCode: int16()
      },
      { since: 3 }
    )
  }
});
var describeGroups = api({
  key: 15,
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: array(string()),
    includeAuthorizedOperations: bool({ since: 3 })
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ since: 6, nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullable: true, default: null }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes()
      }),
      authorizedOperations: int32({ since: 3, default: -2147483648 })
    })
  }
});
var listGroups = api({
  key: 16,
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: array(string(), { since: 4 }),
    typesFilter: array(string(), { since: 5 })
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16(),
    groups: array({
      groupId: string(),
      protocolType: string(),
      groupState: string({ since: 4 }),
      groupType: string({ since: 5 })
    })
  }
});
var deleteGroups = api({
  key: 42,
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: array(string())
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      groupId: string(),
      errorCode: int16()
    })
  }
});

// src/wire/kafka/schemas/offsets.ts
var offsetCommit = api({
  key: 8,
  versions: [2, 9],
  flexible: 8,
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 7, nullable: true, default: null }),
    retentionTimeMs: int64({ until: 4, default: -1 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1 }),
        committedMetadata: string({ nullable: true })
      })
    })
  },
  response: {
    throttleTimeMs: int32({ since: 3, default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16()
      })
    })
  }
});
var offsetFetch = api({
  key: 9,
  versions: [1, 9],
  flexible: 6,
  request: {
    groupId: string({ until: 7 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32())
      },
      { until: 7, nullable: 2 }
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ since: 9, nullable: true, default: null }),
        memberEpoch: int32({ since: 9, default: -1 }),
        topics: array(
          {
            name: string(),
            partitionIndexes: array(int32())
          },
          { nullable: true }
        )
      },
      { since: 8 }
    ),
    requireStable: bool({ since: 7, default: false })
  },
  response: {
    throttleTimeMs: int32({ since: 3, default: 0 }),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ since: 5, default: -1 }),
          metadata: string({ nullable: true }),
          errorCode: int16()
        })
      },
      { until: 7 }
    ),
    errorCode: int16({ since: 2, until: 7, default: 0 }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string(),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1 }),
            metadata: string({ nullable: true }),
            errorCode: int16()
          })
        }),
        errorCode: int16({ default: 0 })
      },
      { since: 8 }
    )
  }
});
var offsetDelete = api({
  key: 47,
  versions: [0, 0],
  request: {
    groupId: string(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32()
      })
    })
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16()
      })
    })
  }
});

// src/wire/kafka/schemas/quotas.ts
var describeClientQuotas = api({
  key: 48,
  versions: [0, 1],
  flexible: 1,
  request: {
    components: array({
      entityType: string(),
      matchType: int8(),
      match: string({ nullable: true })
    }),
    strict: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    entries: array(
      {
        entity: array({
          entityType: string(),
          entityName: string({ nullable: true })
        }),
        values: array({
          key: string(),
          value: float64()
        })
      },
      { nullable: true }
    )
  }
});
var alterClientQuotas = api({
  key: 49,
  versions: [0, 1],
  flexible: 1,
  request: {
    entries: array({
      entity: array({
        entityType: string(),
        entityName: string({ nullable: true })
      }),
      ops: array({
        key: string(),
        value: float64(),
        remove: bool()
      })
    }),
    validateOnly: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      entity: array({
        entityType: string(),
        entityName: string({ nullable: true })
      })
    })
  }
});

// src/wire/kafka/schemas/topics.ts
var createTopics = api({
  key: 19,
  versions: [2, 7],
  flexible: 5,
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({
        partitionIndex: int32(),
        brokerIds: array(int32())
      }),
      configs: array({
        name: string(),
        value: string({ nullable: true })
      })
    }),
    timeoutMs: int32({ default: 6e4 }),
    validateOnly: bool({ default: false })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      topicId: uuid({ since: 7 }),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      topicConfigErrorCode: int16({ since: 5, tag: 0 }),
      numPartitions: int32({ since: 5, default: -1 }),
      replicationFactor: int16({ since: 5, default: -1 }),
      configs: array(
        {
          name: string(),
          value: string({ nullable: true }),
          readOnly: bool(),
          configSource: int8({ default: -1 }),
          isSensitive: bool()
        },
        { since: 5, nullable: true }
      )
    })
  }
});
var deleteTopics = api({
  key: 20,
  versions: [1, 6],
  flexible: 4,
  request: {
    topics: array(
      {
        name: string({ nullable: true, default: null }),
        topicId: uuid()
      },
      { since: 6 }
    ),
    topicNames: array(string(), { until: 5 }),
    timeoutMs: int32()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      name: string({ nullable: 6 }),
      topicId: uuid({ since: 6 }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullable: true, default: null })
    })
  }
});
var createPartitions = api({
  key: 37,
  versions: [0, 3],
  flexible: 2,
  request: {
    topics: array({
      name: string(),
      count: int32(),
      assignments: array(
        {
          brokerIds: array(int32())
        },
        { nullable: true }
      )
    }),
    timeoutMs: int32(),
    validateOnly: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null })
    })
  }
});
var electLeaders = api({
  key: 43,
  versions: [0, 2],
  flexible: 2,
  request: {
    electionType: int8({ since: 1 }),
    topicPartitions: array(
      {
        topic: string(),
        partitions: array(int32())
      },
      { nullable: true }
    ),
    timeoutMs: int32({ default: 6e4 })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 1 }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true })
      })
    })
  }
});
var alterPartitionReassignments = api({
  key: 45,
  versions: [0, 1],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 6e4 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32(), { nullable: true, default: null })
      })
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    responses: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true })
      })
    })
  }
});
var listPartitionReassignments = api({
  key: 46,
  versions: [0, 0],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 6e4 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32())
      },
      { nullable: true, default: null }
    )
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()),
        addingReplicas: array(int32()),
        removingReplicas: array(int32())
      })
    })
  }
});

// src/wire/kafka/schemas/transactions.ts
var initProducerId = api({
  key: 22,
  versions: [0, 5],
  flexible: 2,
  request: {
    transactionalId: string({ nullable: true }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, default: -1 }),
    producerEpoch: int16({ since: 3, default: -1 })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16()
  }
});
var addPartitionsToTxn = api({
  key: 24,
  versions: [0, 3],
  flexible: 3,
  request: {
    v3AndBelowTransactionalId: string(),
    v3AndBelowProducerId: int64(),
    v3AndBelowProducerEpoch: int16(),
    v3AndBelowTopics: array({
      name: string(),
      partitions: array(int32())
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    resultsByTopicV3AndBelow: array({
      name: string(),
      resultsByPartition: array({
        partitionIndex: int32(),
        partitionErrorCode: int16()
      })
    })
  }
});
var addOffsetsToTxn = api({
  key: 25,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16()
  }
});
var txnOffsetCommit = api({
  key: 28,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({ since: 3, default: -1 }),
    memberId: string({ since: 3, default: "" }),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 2, default: -1 }),
        committedMetadata: string({ nullable: true })
      })
    })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16()
      })
    })
  }
});
var endTxn = api({
  key: 26,
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool()
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16()
  }
});
var describeTransactions = api({
  key: 65,
  versions: [0, 0],
  flexible: 0,
  request: {
    transactionalIds: array(string())
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    transactionStates: array({
      errorCode: int16(),
      transactionalId: string(),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64(),
      producerEpoch: int16(),
      topics: array({
        topic: string(),
        partitions: array(int32())
      })
    })
  }
});
var listTransactions = api({
  key: 66,
  versions: [0, 1],
  flexible: 0,
  request: {
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: int64({ since: 1, default: -1 })
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array({
      transactionalId: string(),
      producerId: int64(),
      transactionState: string()
    })
  }
});

// src/wire/kafka/apis.ts
var kafkaApis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  saslHandshake,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  addPartitionsToTxn,
  addOffsetsToTxn,
  endTxn,
  txnOffsetCommit,
  describeAcls,
  createAcls,
  deleteAcls,
  describeConfigs,
  alterConfigs,
  describeLogDirs,
  saslAuthenticate,
  createPartitions,
  deleteGroups,
  electLeaders,
  incrementalAlterConfigs,
  alterPartitionReassignments,
  listPartitionReassignments,
  offsetDelete,
  describeClientQuotas,
  alterClientQuotas,
  describeUserScramCredentials,
  alterUserScramCredentials,
  describeQuorum,
  describeCluster,
  describeProducers,
  describeTransactions,
  listTransactions,
  consumerGroupHeartbeat,
  consumerGroupDescribe,
  listConfigResources,
  describeTopicPartitions
};
function kafkaApi(name) {
  return kafkaApis[name];
}

// src/wire/kafka/limits.ts
var codecLimits = {
  /**
   * Elements of all arrays of one frame. A count must fit the bytes that are left, which alone would
   * let one byte cost a whole object. Ours: metadata of 100,000 partitions has some 700,000.
   */
  elementsPerFrameMax: 1e6,
  /** Records up to this size are copied beside their neighbours: one more buffer to send costs more. */
  copiedRecordsBytesMax: 1024
};

// src/wire/kafka/malformed-frame.ts
var MalformedFrame = class extends Error {
  name = "MalformedFrame";
};

// src/wire/kafka/frame-reader.ts
var zeroUuid = "00000000-0000-0000-0000-000000000000";
var nullLength = -1;
var FrameReader = class {
  bytes;
  at;
  /** Where reading has to stop: the end of the frame, or of a tagged field. */
  #end;
  /** Begins the text of an error. */
  subject;
  #elementsLeft = codecLimits.elementsPerFrameMax;
  constructor(bytes2, subject, at = 0) {
    this.bytes = bytes2;
    this.at = at;
    this.#end = bytes2.length;
    this.subject = subject;
  }
  malformed(what) {
    return new MalformedFrame(`${this.subject}: ${what} at byte ${this.at}`);
  }
  /** Claims `size` bytes; answers where they start. */
  take(size) {
    const from = this.at;
    if (size > this.#end - from) throw this.malformed(`${size} more bytes expected`);
    this.at = from + size;
    return from;
  }
  bool() {
    return this.bytes[this.take(1)] !== 0;
  }
  int8() {
    return this.bytes.readInt8(this.take(1));
  }
  int16() {
    return this.bytes.readInt16BE(this.take(2));
  }
  uint16() {
    return this.bytes.readUInt16BE(this.take(2));
  }
  int32() {
    return this.bytes.readInt32BE(this.take(4));
  }
  int64() {
    const from = this.take(8);
    const value = this.bytes.readInt32BE(from) * 2 ** 32 + this.bytes.readUInt32BE(from + 4);
    if (!Number.isSafeInteger(value)) throw this.malformed("an integer beyond 2^53");
    return value;
  }
  float64() {
    return this.bytes.readDoubleBE(this.take(8));
  }
  uuid() {
    const from = this.take(16);
    const hex = this.bytes.toString("hex", from, from + 16);
    if (hex === zeroHex) return zeroUuid;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
  /** Up to 32 bits, seven a byte, lowest first. */
  uvarint() {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (value > 4294967295) break;
        return value;
      }
    }
    throw this.malformed("a varint of more than 32 bits");
  }
  compactLength() {
    return this.uvarint() - 1;
  }
  text(length) {
    if (length < 0) throw this.malformed("null where text is due");
    const from = this.take(length);
    return this.bytes.utf8Slice(from, from + length);
  }
  textOrNull(length) {
    return length === nullLength ? null : this.text(length);
  }
  view(length) {
    if (length < 0) throw this.malformed("null where bytes are due");
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }
  viewOrNull(length) {
    return length === nullLength ? null : this.view(length);
  }
  /** The count of an array of which each element takes at least so many bytes. */
  elements(count, elementBytesMin) {
    if (count < 0) throw this.malformed("null where a list is due");
    if (count * elementBytesMin > this.#end - this.at) {
      throw this.malformed(`a list of ${count} elements`);
    }
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) {
      throw this.malformed(`more than ${codecLimits.elementsPerFrameMax} elements in all`);
    }
    return count;
  }
  /** Reads what stands in the next `size` bytes, which must be all of them. */
  within(size, read) {
    const outerEnd = this.#end;
    const end = this.at + size;
    if (end > outerEnd) throw this.malformed(`a tagged field of ${size} bytes`);
    this.#end = end;
    const value = read(this);
    if (this.at !== end) throw this.malformed("a tagged field with bytes to spare");
    this.#end = outerEnd;
    return value;
  }
  /** Skips a section of tagged fields none of which is known. */
  skipTags() {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.take(this.uvarint());
    }
  }
};
var zeroHex = "0".repeat(32);

// src/wire/kafka/field-rules.ts
function planStruct(fields, version, flexible) {
  const plain = [];
  const tagged = [];
  for (const [name, field] of Object.entries(fields)) {
    const { since = 0, until = version, nullable, tag } = field.options;
    if (version < since || version > until) continue;
    const plan = {
      name,
      type: field.type,
      nullable: nullable === true || nullable !== void 0 && version >= nullable,
      default: defaultOf(field),
      required: !("default" in field.options || "until" in field.options || tag !== void 0)
    };
    if (tag === void 0) {
      plain.push(plan);
    } else {
      assert(flexible, `${name} is tagged in a version without tags`);
      tagged.push({ ...plan, tag });
    }
  }
  return { plain, tagged: tagged.toSorted((a, b) => a.tag - b.tag), flexible, version };
}
function defaultsOf(fields) {
  return Object.freeze(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field)]))
  );
}
function defaultOf({ type, options }) {
  if (options.default !== void 0) return options.default;
  switch (type.kind) {
    case "struct":
      return defaultsOf(type.fields);
    case "array":
      return emptyList;
    default:
      return scalarDefaults[type.kind];
  }
}
var emptyList = Object.freeze([]);
var scalarDefaults = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  int64: 0,
  float64: 0,
  uuid: zeroUuid,
  string: "",
  bytes: Buffer.alloc(0),
  records: null
};

// src/wire/kafka/compile-reader.ts
function compileReader(fields, version, flexible) {
  return structReader(fields, planStruct(fields, version, flexible));
}
function structReader(fields, plan) {
  const template = defaultsOf(fields);
  const plain = plan.plain.map((field) => ({
    name: field.name,
    read: valueReader(field.type, field.nullable, plan)
  }));
  const tagged = new Map(
    plan.tagged.map((field) => [
      field.tag,
      { name: field.name, read: valueReader(field.type, field.nullable, plan) }
    ])
  );
  return (reader) => {
    const value = { ...template };
    for (const field of plain) value[field.name] = field.read(reader);
    if (!plan.flexible) return value;
    if (tagged.size === 0) {
      reader.skipTags();
      return value;
    }
    for (let left = reader.uvarint(); left > 0; left--) {
      const field = tagged.get(reader.uvarint());
      const size = reader.uvarint();
      if (field === void 0) reader.take(size);
      else value[field.name] = reader.within(size, field.read);
    }
    return value;
  };
}
function valueReader(type, nullable, plan) {
  if (type.kind === "array") return arrayReader(type.element, nullable, plan);
  if (type.kind !== "struct") return scalarReaders(plan.flexible, nullable)[type.kind];
  const read = structReader(type.fields, planStruct(type.fields, plan.version, plan.flexible));
  return nullable ? (reader) => reader.int8() < 0 ? null : read(reader) : read;
}
function arrayReader(element, nullable, plan) {
  const read = valueReader(element, false, plan);
  const bytesMin = Math.max(1, valueBytesMin(element, false, plan));
  const length = plan.flexible ? (reader) => reader.compactLength() : (reader) => reader.int32();
  return (reader) => {
    const count = length(reader);
    if (count === -1 && nullable) return null;
    const list = [];
    for (let left = reader.elements(count, bytesMin); left > 0; left--) list.push(read(reader));
    return list;
  };
}
function scalarReaders(flexible, nullable) {
  const short = flexible ? (reader) => reader.compactLength() : (reader) => reader.int16();
  const long = flexible ? (reader) => reader.compactLength() : (reader) => reader.int32();
  const view = nullable ? (reader) => reader.viewOrNull(long(reader)) : (reader) => reader.view(long(reader));
  return {
    bool: (reader) => reader.bool(),
    int8: (reader) => reader.int8(),
    int16: (reader) => reader.int16(),
    uint16: (reader) => reader.uint16(),
    int32: (reader) => reader.int32(),
    int64: (reader) => reader.int64(),
    float64: (reader) => reader.float64(),
    uuid: (reader) => reader.uuid(),
    string: nullable ? (reader) => reader.textOrNull(short(reader)) : (reader) => reader.text(short(reader)),
    bytes: view,
    records: view
  };
}
function valueBytesMin(type, nullable, plan) {
  if (type.kind === "array") return plan.flexible ? 1 : 4;
  if (type.kind !== "struct") return scalarBytesMin(type.kind, plan.flexible);
  if (nullable) return 1;
  const { plain } = planStruct(type.fields, plan.version, plan.flexible);
  return plain.reduce(
    (sum, field) => sum + valueBytesMin(field.type, field.nullable, plan),
    plan.flexible ? 1 : 0
  );
}
function scalarBytesMin(kind, flexible) {
  switch (kind) {
    case "bool":
    case "int8":
      return 1;
    case "int16":
    case "uint16":
      return 2;
    case "int32":
      return 4;
    case "int64":
    case "float64":
      return 8;
    case "uuid":
      return 16;
    case "string":
      return flexible ? 1 : 2;
    case "bytes":
    case "records":
      return flexible ? 1 : 4;
  }
}

// src/wire/kafka/compile-writer.ts
function compileWriter(fields, version, flexible) {
  return structWriter(planStruct(fields, version, flexible));
}
function structWriter(plan) {
  const plain = plan.plain.map((field) => ({ ...field, write: fieldWriter(field, plan) }));
  const tagged = plan.tagged.map((field) => {
    assert(field.type.kind !== "records", "records in a tagged field cannot be sent uncopied");
    return { ...field, write: fieldWriter(field, plan), isDefault: defaultTest(field, plan) };
  });
  const writeTags = (writer, message) => {
    const present = tagged.filter((field) => !field.isDefault(message[field.name]));
    writer.uvarint(present.length);
    for (const field of present) {
      writer.uvarint(field.tag);
      const from = writer.at;
      field.write(writer, message[field.name]);
      writer.sizeBefore(from);
    }
  };
  return (writer, message) => {
    for (const field of plain) {
      const value = message[field.name];
      if (value === void 0 && field.required) {
        throw new InvariantError(`${field.name} is to be written and absent`);
      }
      field.write(writer, value === void 0 ? field.default : value);
    }
    if (!plan.flexible) return;
    if (tagged.length === 0) writer.uvarint(0);
    else writeTags(writer, message);
  };
}
function fieldWriter(field, plan) {
  const write = valueWriter(field.type, plan);
  const { name } = field;
  if (!field.nullable) {
    return (writer, value) => {
      if (value === null) throw new InvariantError(`${name} is to be written and null`);
      write(writer, value);
    };
  }
  const writeNull = nullWriter(field.type, plan.flexible);
  const isStruct = field.type.kind === "struct";
  return (writer, value) => {
    if (value === null) return writeNull(writer);
    if (isStruct) writer.int8(1);
    write(writer, value);
  };
}
function nullWriter(type, flexible) {
  if (type.kind === "struct") return (writer) => writer.int8(-1);
  if (flexible) return (writer) => writer.uvarint(0);
  if (type.kind === "string") return (writer) => writer.int16(-1);
  return (writer) => writer.int32(-1);
}
function valueWriter(type, plan) {
  if (type.kind === "array") return arrayWriter(type.element, plan);
  if (type.kind !== "struct") return scalarWriters(plan.flexible)[type.kind];
  return structWriter(planStruct(type.fields, plan.version, plan.flexible));
}
function arrayWriter(element, plan) {
  const write = valueWriter(element, plan);
  const length = lengthWriter(plan.flexible);
  return (writer, list) => {
    length(writer, list.length);
    for (const value of list) write(writer, value);
  };
}
function lengthWriter(flexible) {
  return flexible ? (writer, length) => writer.uvarint(length + 1) : (writer, length) => writer.int32(length);
}
function scalarWriters(flexible) {
  const length = lengthWriter(flexible);
  return {
    bool: (writer, value) => writer.bool(value),
    int8: (writer, value) => writer.int8(value),
    int16: (writer, value) => writer.int16(value),
    uint16: (writer, value) => writer.uint16(value),
    int32: (writer, value) => writer.int32(value),
    int64: (writer, value) => writer.int64(value),
    float64: (writer, value) => writer.float64(value),
    uuid: (writer, value) => writer.uuid(value),
    string: flexible ? (writer, value) => writer.compactText(value) : (writer, value) => writer.text(value),
    bytes: (writer, value) => {
      length(writer, value.length);
      writer.raw(value);
    },
    records: (writer, pieces) => {
      let size = 0;
      for (const piece of pieces) size += piece.length;
      length(writer, size);
      writer.insert(pieces, size);
    }
  };
}
function defaultTest(field, plan) {
  const isDefault = valueTest(field, plan);
  return (value) => value === void 0 || isDefault(value);
}
function valueTest({ type, default: standard }, plan) {
  if (standard === null) return (value) => value === null;
  if (type.kind === "array" || type.kind === "bytes") {
    return (value) => value.length === 0;
  }
  if (type.kind !== "struct") return (value) => value === standard;
  const inner = planStruct(type.fields, plan.version, plan.flexible);
  const tests = [...inner.plain, ...inner.tagged].map((field) => ({
    name: field.name,
    isDefault: defaultTest(field, plan)
  }));
  return (value) => tests.every(({ name, isDefault }) => isDefault(value[name]));
}

// src/wire/kafka/frame-writer.ts
var startBytes = 512;
var shortLengthMax = 32767;
var lengthMax = 2147483647;
var FrameWriter = class {
  #bytes = Buffer.allocUnsafe(startBytes);
  #used = 0;
  /** Records that are sent from where they lie, each list with the place it belongs to. */
  #inserts = [];
  #insertedBytes = 0;
  /** How many bytes stand before what is written next, inserted records aside. */
  get at() {
    return this.#used;
  }
  skip(size) {
    this.#claim(size);
  }
  bool(value) {
    this.#byte(value ? 1 : 0);
  }
  int8(value) {
    if (value << 24 >> 24 !== value) throw unfit(value, "int8");
    this.#byte(value);
  }
  int16(value) {
    if (value << 16 >> 16 !== value) throw unfit(value, "int16");
    const at = this.#claim(2);
    this.#bytes.writeInt16BE(value, at);
  }
  uint16(value) {
    if ((value & 65535) !== value) throw unfit(value, "uint16");
    const at = this.#claim(2);
    this.#bytes.writeUInt16BE(value, at);
  }
  int32(value) {
    if ((value | 0) !== value) throw unfit(value, "int32");
    const at = this.#claim(4);
    this.#bytes.writeInt32BE(value, at);
  }
  int64(value) {
    if (!Number.isSafeInteger(value)) throw unfit(value, "int64");
    const high = Math.floor(value / 2 ** 32);
    const at = this.#claim(8);
    this.#bytes.writeInt32BE(high, at);
    this.#bytes.writeUInt32BE(value - high * 2 ** 32, at + 4);
  }
  float64(value) {
    const at = this.#claim(8);
    this.#bytes.writeDoubleBE(value, at);
  }
  uuid(value) {
    const hex = value.replaceAll("-", "");
    const at = this.#claim(16);
    if (hex.length !== 32 || this.#bytes.write(hex, at, 16, "hex") !== 16) {
      throw unfit(value, "uuid");
    }
  }
  uvarint(value) {
    let left = value;
    while (left > 127) {
      this.#byte(left & 127 | 128);
      left >>>= 7;
    }
    this.#byte(left);
  }
  text(value) {
    const size = Buffer.byteLength(value);
    if (size > shortLengthMax) throw unfit(`text of ${size} bytes`, "string");
    this.int16(size);
    this.#text(value, size);
  }
  compactText(value) {
    const size = Buffer.byteLength(value);
    if (size > shortLengthMax) throw unfit(`text of ${size} bytes`, "string");
    this.uvarint(size + 1);
    this.#text(value, size);
  }
  /** Bytes alone, without a length. */
  raw(value) {
    const at = this.#claim(value.length);
    value.copy(this.#bytes, at);
  }
  /** Bytes alone, without a length, not copied unless they are few. */
  insert(pieces, size) {
    if (size <= codecLimits.copiedRecordsBytesMax) {
      for (const piece of pieces) this.raw(piece);
    } else {
      this.#inserts.push({ at: this.#used, pieces });
      this.#insertedBytes += size;
    }
  }
  /** Puts the size of all that was written since `from` before it. Nothing may be inserted since. */
  sizeBefore(from) {
    const size = this.#used - from;
    const prefixBytes = uvarintBytes(size);
    this.#claim(prefixBytes);
    this.#bytes.copyWithin(from + prefixBytes, from, from + size);
    this.#used = from;
    this.uvarint(size);
    this.#used += size;
  }
  /** The frame, behind its length. The writer is not used after that. */
  finishFrame() {
    const size = this.#used + this.#insertedBytes - frameLengthBytes;
    if (size > lengthMax) throw unfit(`a frame of ${size} bytes`, "int32");
    this.#bytes.writeInt32BE(size, 0);
    return this.finish();
  }
  /** All pieces in order. The writer is not used after that. */
  finish() {
    if (this.#inserts.length === 0) return [this.#bytes.subarray(0, this.#used)];
    const pieces = [];
    let from = 0;
    for (const insert of this.#inserts) {
      if (insert.at > from) pieces.push(this.#bytes.subarray(from, insert.at));
      for (const piece of insert.pieces) pieces.push(piece);
      from = insert.at;
    }
    if (this.#used > from) pieces.push(this.#bytes.subarray(from, this.#used));
    return pieces;
  }
  #text(value, size) {
    const at = this.#claim(size);
    this.#bytes.write(value, at, size);
  }
  #byte(value) {
    const at = this.#claim(1);
    this.#bytes[at] = value;
  }
  /** Makes place for `size` bytes; answers where. */
  #claim(size) {
    const at = this.#used;
    const end = at + size;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, end));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#used = end;
    return at;
  }
};
var frameLengthBytes = 4;
function uvarintBytes(value) {
  let count = 1;
  for (let left = value >>> 7; left > 0; left >>>= 7) count++;
  return count;
}
function unfit(value, type) {
  return new InvariantError(`${value} does not fit ${type}`);
}

// src/wire/kafka/frames.ts
function createKafkaCodec() {
  const readers = messageCache(compileReader);
  const writers = messageCache(compileWriter);
  return {
    decodeRequest: (frame) => decodeRequest(readers, frame),
    encodeResponse: (name, header, response) => encodeResponse(writers, name, header, response),
    encodeRequest: (name, header, request) => encodeRequest(writers, name, header, request),
    correlationOf: (frame) => new FrameReader(frame, "response header").int32(),
    decodeResponse: (name, apiVersion, frame) => decodeResponse(readers, name, apiVersion, frame),
    decodeEmbedded: (definition, bytes2) => decodeEmbedded(readers, definition, bytes2),
    encodeEmbedded: (definition, version, message) => encodeEmbedded(writers, definition, version, message)
  };
}
function messageCache(compile) {
  const compiled = /* @__PURE__ */ new Map();
  return (fields, version, flexible) => {
    let known = compiled.get(fields);
    if (known === void 0) {
      known = [];
      compiled.set(fields, known);
    }
    const slot = version * 2 + Number(flexible);
    known[slot] ??= compile(fields, version, flexible);
    return known[slot];
  };
}
var namesByKey = new Map(
  Object.entries(kafkaApis).map(([name, { key }]) => [key, name])
);
function isFlexible(definition, version) {
  return definition.flexible !== void 0 && version >= definition.flexible;
}
function decodeRequest(readers, frame) {
  const reader = new FrameReader(frame, "request header");
  const header = {
    apiKey: reader.int16(),
    apiVersion: reader.int16(),
    correlationId: reader.int32(),
    clientId: reader.textOrNull(reader.int16())
  };
  const name = namesByKey.get(header.apiKey);
  if (name === void 0) return { kind: "unknown-api", header };
  const api2 = kafkaApi(name);
  const version = header.apiVersion;
  if (!isServed(api2, version)) return { kind: "unsupported-version", name, header };
  const flexible = isFlexible(api2, version);
  reader.subject = name;
  if (flexible) reader.skipTags();
  const request = readers(api2.request, version, flexible)(reader);
  return { kind: "request", name, header, request };
}
function isServed({ versions: [first, last] }, version) {
  return version >= first && version <= last;
}
function encodeResponse(writers, name, header, response) {
  const api2 = kafkaApi(name);
  const version = header.apiVersion;
  assertKnown(name, version);
  const flexible = isFlexible(api2, version);
  const writer = startFrame();
  writer.int32(header.correlationId);
  if (flexible && name !== plainHeaderName) writer.uvarint(0);
  writers(api2.response, version, flexible)(writer, response);
  return writer.finishFrame();
}
function encodeRequest(writers, name, header, request) {
  const api2 = kafkaApi(name);
  const version = header.apiVersion;
  assertKnown(name, version);
  const flexible = isFlexible(api2, version);
  const writer = startFrame();
  writer.int16(api2.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  if (header.clientId === null) writer.int16(-1);
  else writer.text(header.clientId);
  if (flexible) writer.uvarint(0);
  writers(api2.request, version, flexible)(writer, request);
  return writer.finishFrame();
}
function startFrame() {
  const writer = new FrameWriter();
  writer.skip(frameLengthBytes);
  return writer;
}
function decodeResponse(readers, name, apiVersion, frame) {
  const api2 = kafkaApi(name);
  assertKnown(name, apiVersion);
  const reader = new FrameReader(frame, name);
  reader.int32();
  if (name === plainHeaderName) {
    const version = isOfUnknownVersion(frame) ? 0 : apiVersion;
    return readers(api2.response, version, isFlexible(api2, version))(reader);
  }
  const flexible = isFlexible(api2, apiVersion);
  if (flexible) reader.skipTags();
  return readers(api2.response, apiVersion, flexible)(reader);
}
var plainHeaderName = "apiVersions";
function isOfUnknownVersion(frame) {
  const errorAt = 4;
  return frame.length >= errorAt + 2 && frame.readInt16BE(errorAt) === kafkaErrorCode("UNSUPPORTED_VERSION");
}
function assertKnown(name, version) {
  assert(isServed(kafkaApi(name), version), `${name} has no version ${version}`);
}
function decodeEmbedded(readers, { versions: [first, last], fields }, bytes2) {
  const reader = new FrameReader(bytes2, "embedded message");
  const version = reader.int16();
  if (version < first) throw reader.malformed(`version ${version}`);
  return readers(fields, Math.min(version, last), false)(reader);
}
function encodeEmbedded(writers, { versions: [first, last], fields }, version, message) {
  assert(version >= first && version <= last, `embedded message has no version ${version}`);
  const writer = new FrameWriter();
  writer.int16(version);
  writers(fields, version, false)(writer, message);
  return Buffer.concat(writer.finish());
}

export {
  kafkaApis,
  kafkaApi,
  MalformedFrame,
  kafkaErrorCodes,
  kafkaErrorCode,
  kafkaErrorName,
  isRetriableKafkaError,
  createKafkaCodec
};
