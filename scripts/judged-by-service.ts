/**
 * Members whose limits are left out of the models, because AWS refuses their values in other words
 * than those of the model and the service says them: `service.Structure.Member`.
 */
export const judgedByService: ReadonlySet<string> = new Set([
  // InvalidParameterValueException: `Value x at 'runtime' ... or be a valid ARN`.
  'lambda.CreateFunctionRequest.Runtime',
  'lambda.UpdateFunctionConfigurationRequest.Runtime',
  // InvalidLocationConstraint or IllegalLocationConstraintException; `us-east-1` is no value of the enum.
  's3.CreateBucketConfiguration.LocationConstraint',
  // InvalidAttributeName: `Unknown Attribute x.`
  'sqs.CreateQueueRequest.Attributes',
  'sqs.GetQueueAttributesRequest.AttributeNames',
  'sqs.ReceiveMessageRequest.AttributeNames',
  'sqs.ReceiveMessageRequest.MessageSystemAttributeNames',
  'sqs.SetQueueAttributesRequest.Attributes',
  // InvalidArgument: `filter rule name must be either prefix or suffix`.
  's3.FilterRule.Name',
])
