# How an environment's graph calls each hook. The providers, hosts and cluster are your own; this
# module only shows where the hooks stand.

terraform {
  required_version = ">= 1.5"
  required_providers {
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}

variable "environment" {
  description = "The graph's name, which is the directory in releases/ and the namespace too."
  type        = string
  default     = "macstadium-staging"
}

variable "hosts" {
  description = "Mac hosts that this graph provisions, by hardware pool."
  type        = map(number)
  default = {
    macs-org = 5
    macs-com = 5
  }
}

variable "cluster_host" {
  description = "URL of the cluster's API server."
  type        = string
}

variable "cluster_ca_certificate" {
  description = "PEM, or its base64."
  type        = string
}

variable "client_certificate" {
  description = "PEM, or its base64."
  type        = string
}

variable "client_key" {
  description = "PEM, or its base64."
  type        = string
  sensitive   = true
}

locals {
  hooks = "${path.module}/.."
}

# Stops the plan when nothing would be deployed to this cluster.
data "external" "release_dir" {
  program = ["${local.hooks}/release-dir"]
  query = {
    environment = var.environment
    graph       = basename(abspath(path.root)) == "example" ? var.environment : basename(abspath(path.root))
  }
}

# Stops the plan when the release files promise slots that the hosts do not have.
data "external" "capacity" {
  for_each = var.hosts
  program  = ["${local.hooks}/capacity"]
  query = {
    environment = var.environment
    pool        = each.key
    hosts       = tostring(each.value)
  }
}

resource "terraform_data" "context" {
  triggers_replace = [var.cluster_host, var.cluster_ca_certificate, var.client_certificate]

  provisioner "local-exec" {
    command = "${local.hooks}/context ${var.environment} <<< \"$OUTPUTS\""
    interpreter = ["/usr/bin/env", "bash", "-c"]
    environment = {
      OUTPUTS = jsonencode({
        cluster_host           = var.cluster_host
        cluster_ca_certificate = var.cluster_ca_certificate
        client_certificate     = var.client_certificate
        client_key             = var.client_key
      })
    }
  }
}

resource "terraform_data" "flux" {
  depends_on       = [terraform_data.context, data.external.release_dir, data.external.capacity]
  triggers_replace = [var.cluster_host]
  input = {
    hooks       = local.hooks
    environment = var.environment
  }

  provisioner "local-exec" {
    command = "${local.hooks}/bootstrap ${var.environment}"
  }

  # Runs before the cluster goes: jobs finish, or the destroy stops.
  provisioner "local-exec" {
    when    = destroy
    command = "${self.input.hooks}/pre-destroy ${self.input.environment}"
  }
}

output "cluster_host" {
  value = var.cluster_host
}

output "cluster_ca_certificate" {
  value = var.cluster_ca_certificate
}

output "client_certificate" {
  value = var.client_certificate
}

output "client_key" {
  value     = var.client_key
  sensitive = true
}

output "slots" {
  value = { for pool, found in data.external.capacity : pool => found.result.pool_slots }
}
