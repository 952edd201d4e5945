import { array, bytes, embedded, int32, string } from '../schema.ts'

/*
 * What consumers of classic groups put into the bytes of JoinGroup and SyncGroup. The broker only
 * passes them on; tools and our own client read them.
 */

/** What a member wants: the bytes of its protocol in JoinGroup. */
export const consumerSubscription = embedded({
  versions: [0, 3],
  fields: {
    topics: array(string()),
    userData: bytes({ nullable: true, default: null }),
    ownedPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { since: 1 },
    ),
    generationId: int32({ since: 2, default: -1 }),
    rackId: string({ since: 3, nullable: true, default: null }),
  },
})

/** What a member gets: the bytes of its assignment in SyncGroup. */
export const consumerAssignment = embedded({
  versions: [0, 3],
  fields: {
    assignedPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }),
    userData: bytes({ nullable: true, default: null }),
  },
})
