using MailManager.Messages.Envelope;

namespace MailManager.Queue.Spool;

/// <summary>A row of <c>message</c> without its records and body; times are of the queue's clock.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Id">The message's.</param>
/// <param name="ReceivedAt">In milliseconds.</param>
/// <param name="ExpiresAt">In milliseconds.</param>
/// <param name="Size">Of the message, in octets.</param>
/// <param name="Head">Octets of it that are in memory at first: all, or the start of what is in the file.</param>
/// <param name="File">Name of the body file; null: there is none.</param>
internal readonly record struct MessageRow(long Key, MessageId Id, long ReceivedAt, long ExpiresAt, long Size, int Head, string? File);
