// A session of the AWS SDK for JavaScript v3: `node javascript_client.mjs <transactions: True|False> <PartiQL: ...>`.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  ConditionalCheckFailedException,
  DynamoDB,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBStreams } from "@aws-sdk/client-dynamodb-streams";
import { DynamoDBDocument, paginateScan } from "@aws-sdk/lib-dynamodb";

const [hasTransactions, hasPartiql] = process.argv.slice(2).map((word) => word === "True");
const db = new DynamoDB({});
const documents = DynamoDBDocument.from(db);

await db.createTable({
  TableName: "orders",
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [{ AttributeName: "customer", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "customer", AttributeType: "S" }],
  StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
});
await waitUntilTableExists({ client: db, minDelay: 1, maxDelay: 2, maxWaitTime: 10 }, { TableName: "orders" });
const { Table } = await db.describeTable({ TableName: "orders" });
assert.ok(Math.abs(Table.CreationDateTime - new Date()) < 60_000);

await documents.batchWrite({
  RequestItems: {
    orders: [
      { PutRequest: { Item: { customer: "ada", total: 25, blob: new Uint8Array([0, 255]) } } },
      { PutRequest: { Item: { customer: "bob", total: 7, tags: new Set(["a", "b"]) } } },
    ],
  },
});
const { Item } = await documents.get({ TableName: "orders", Key: { customer: "ada" } });
assert.deepEqual([...Item.blob], [0, 255]);
await assert.rejects(
  documents.put({
    TableName: "orders",
    Item: { customer: "ada" },
    ConditionExpression: "attribute_not_exists(customer)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  }),
  (error) =>
    error instanceof ConditionalCheckFailedException &&
    error.message === "The conditional request failed" &&
    error.Item.total.N === "25",
);
await assert.rejects(db.describeTable({ TableName: "nothing" }), { name: "ResourceNotFoundException" });

const customers = [];
for await (const page of paginateScan({ client: documents, pageSize: 1 }, { TableName: "orders" })) {
  customers.push(...page.Items.map((item) => item.customer));
}
assert.deepEqual(customers.sort(), ["ada", "bob"]);

const { Items } = await documents.query({
  TableName: "orders",
  KeyConditionExpression: "customer = :c",
  ExpressionAttributeValues: { ":c": "bob" },
});
assert.equal(Items[0].total, 7);

await Promise.all(
  Array.from({ length: 40 }, () =>
    documents.update({
      TableName: "orders",
      Key: { customer: "count" },
      UpdateExpression: "ADD #total :one",
      ExpressionAttributeNames: { "#total": "total" },
      ExpressionAttributeValues: { ":one": 1 },
    }),
  ),
);
const { Attributes } = await documents.delete({
  TableName: "orders",
  Key: { customer: "count" },
  ReturnValues: "ALL_OLD",
});
assert.equal(Attributes.total, 40);

if (hasTransactions) {
  await documents.transactWrite({
    TransactItems: [{ Put: { TableName: "orders", Item: { customer: "eve", total: 1 } } }],
  });
}
if (hasPartiql) {
  await documents.executeStatement({ Statement: "INSERT INTO orders VALUE {'customer': 'dan', 'total': 3}" });
}

const streams = new DynamoDBStreams({});
const { Streams } = await streams.listStreams({ TableName: "orders" });
const { StreamArn } = Streams[0];
const { StreamDescription } = await streams.describeStream({ StreamArn });
const { ShardIterator } = await streams.getShardIterator({
  StreamArn,
  ShardId: StreamDescription.Shards[0].ShardId,
  ShardIteratorType: "TRIM_HORIZON",
});
const { Records } = await streams.getRecords({ ShardIterator });
assert.deepEqual(
  Records.slice(0, 2).map((record) => [record.eventName, record.dynamodb.NewImage.customer.S]),
  [
    ["INSERT", "ada"],
    ["INSERT", "bob"],
  ],
);

// fetch takes gzip, as browsers do
const region = process.env.AWS_REGION;
const response = await fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB, {
  method: "POST",
  headers: {
    "content-type": "application/x-amz-json-1.0",
    "content-encoding": "gzip",
    "x-amz-target": "DynamoDB_20120810.Scan",
    authorization: `AWS4-HMAC-SHA256 Credential=any/20260101/${region}/dynamodb/aws4_request`,
  },
  body: gzipSync(JSON.stringify({ TableName: "orders" })),
});
assert.equal(response.status, 200);
assert.ok((await response.json()).Count >= 2);
