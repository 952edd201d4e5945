import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetBucketWebsiteCommand, GetObjectCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bucketName, errorOf, s3Client } from '../sdk/s3/support.ts'
import { newAccount } from '../support/client.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

/**
 * Terraform with the provider for AWS: a bucket with its sub-resources is made, found unchanged, and
 * removed. Where the provider cannot be downloaded, `HEADRACE_TEST_TERRAFORM_PLUGINS` names a folder
 * with it (`terraform init -plugin-dir`).
 */
const plugins = process.env['HEADRACE_TEST_TERRAFORM_PLUGINS']
const directory = mkdtempSync(join(tmpdir(), 'headrace-terraform-'))
const bucket = bucketName()
const account = newAccount()
const isThere = spawnSync('terraform', ['version']).status === 0 && hasProvider()
let server: RunningHeadrace

function hasProvider(): boolean {
  writeFileSync(
    join(directory, 'main.tf'),
    'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
  )
  const more = plugins === undefined ? [] : [`-plugin-dir=${plugins}`]
  const { status } = spawnSync('terraform', ['init', '-input=false', ...more], {
    cwd: directory,
    timeout: 15_000,
  })
  return status === 0
}

beforeAll(async () => {
  if (isThere) server = await startHeadrace()
})

afterAll(async () => {
  if (isThere) expect(await server.stop()).toBe(0)
  rmSync(directory, { recursive: true, force: true })
})

/** Answers the exit code, and what was said. */
function terraform(...args: ReadonlyArray<string>): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawn('terraform', [...args, '-input=false', '-no-color'], { cwd: directory })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    child.on('close', (code) => resolve({ code: code ?? 1, text }))
  })
}

function plan(endpoint: string): string {
  return `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "${account}"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    s3  = "${endpoint}"
    sts = "${endpoint}"
    iam = "${endpoint}"
  }
}
resource "aws_s3_bucket" "site" {
  bucket        = "${bucket}"
  force_destroy = true
  tags          = { team = "data" }
}
resource "aws_s3_bucket_versioning" "site" {
  bucket = aws_s3_bucket.site.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_ownership_controls" "site" {
  bucket = aws_s3_bucket.site.id
  rule { object_ownership = "BucketOwnerPreferred" }
}
resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = aws_s3_bucket.site.id
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}
resource "aws_s3_bucket_acl" "site" {
  depends_on = [aws_s3_bucket_ownership_controls.site, aws_s3_bucket_public_access_block.site]
  bucket     = aws_s3_bucket.site.id
  acl        = "public-read"
}
resource "aws_s3_bucket_policy" "site" {
  depends_on = [aws_s3_bucket_public_access_block.site]
  bucket     = aws_s3_bucket.site.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "\${aws_s3_bucket.site.arn}/*" }]
  })
}
resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  rule {
    id     = "old"
    status = "Enabled"
    filter { prefix = "tmp/" }
    expiration { days = 3 }
  }
}
resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  index_document { suffix = "index.html" }
}
resource "aws_s3_bucket_request_payment_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  payer  = "Requester"
}
resource "aws_s3_bucket_accelerate_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  status = "Enabled"
}
resource "aws_s3_bucket_server_side_encryption_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}
resource "aws_s3_object" "page" {
  bucket  = aws_s3_bucket.site.id
  key     = "index.html"
  content = "home"
}
`
}

test.runIf(isThere)(
  `Terraform makes a bucket with its sub-resources, finds them unchanged and removes them`,
  async () => {
    writeFileSync(join(directory, 'main.tf'), plan(server.endpoint))
    const applied = await terraform('apply', '-auto-approve')
    expect(applied.code, applied.text).toBe(0)
    const s3 = s3Client({
      endpoint: server.endpoint,
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
    })
    const Bucket = bucket
    const page = await s3.send(new GetObjectCommand({ Bucket, Key: 'index.html' }))
    expect(await page.Body?.transformToString()).toBe('home')
    const site = await s3.send(new GetBucketWebsiteCommand({ Bucket }))
    expect(site.IndexDocument?.Suffix).toBe('index.html')
    const again = await terraform('plan', '-detailed-exitcode')
    expect(again.code, again.text).toBe(0)
    const destroyed = await terraform('destroy', '-auto-approve')
    expect(destroyed.code, destroyed.text).toBe(0)
    const gone = await errorOf(s3.send(new HeadBucketCommand({ Bucket })))
    expect(gone.$metadata.httpStatusCode).toBe(404)
  },
  600_000,
)
