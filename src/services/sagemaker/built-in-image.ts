import { ServiceError } from '../../base/errors.ts'

/**
 * Images of the built-in XGBoost algorithm, as the SageMaker documentation lists them by region:
 * `683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1`. They are known by name;
 * nothing is pulled, and other images cannot run here.
 */
const XGBOOST =
  /^\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/(?:sagemaker-xgboost|xgboost)(?::[\w.-]+)?$/

export function checkImage(image: string | undefined): string {
  if (image !== undefined && XGBOOST.test(image)) return image
  throw new ServiceError(
    'ValidationException',
    `The image ${image ?? '(none)'} is not supported by Headrace: it runs the built-in algorithm XGBoost only (…/sagemaker-xgboost:1.7-1), for it runs no containers.`,
  )
}
