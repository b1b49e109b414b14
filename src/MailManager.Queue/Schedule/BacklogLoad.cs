namespace MailManager.Queue.Schedule;

/// <summary>Rows to be read.</summary>
/// <param name="Destination">Whose.</param>
/// <param name="Count">At most so many.</param>
/// <param name="Now">Those that are due at this time, in milliseconds of the queue's clock.</param>
internal readonly record struct BacklogLoad(Destination Destination, int Count, long Now);
