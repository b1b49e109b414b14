using System.Numerics;
using MailManager.Messages.Bytes;

namespace MailManager.Queue.Spool;

/// <summary>Counts the octets of undelivered messages in memory against a limit. Thread-safe.</summary>
internal sealed class ContentBudget(long limit)
{
    private long _held;

    public long Held => Volatile.Read(ref _held);

    /// <summary>Octets that a content keeps from others: its array comes from a pool of powers of two.</summary>
    public static long SizeOf(MessageContent content) => (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(16, content.Head.Length));

    /// <summary>False, and nothing is taken, when it would pass the limit.</summary>
    public bool TryHold(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= limit)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _held, -bytes);
}
