namespace MailManager.Queue.Spool;

/// <summary>A row of <c>attempt</c>.</summary>
/// <param name="At">When it ended, in milliseconds of the queue's clock.</param>
/// <param name="Attempt">All else.</param>
internal sealed record AttemptRow(long At, DeliveryAttempt Attempt);
