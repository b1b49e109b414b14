using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MailManager.Smtp.Client;

/// <summary>How the writing of a message's octets ended.</summary>
internal enum DataWriteResult
{
    /// <summary>All is written, with the final dot; the end may be not flushed yet.</summary>
    Done,

    /// <summary>Bare CR, bare LF or NUL. No final dot was written: the connection must be aborted.</summary>
    Forbidden,

    /// <summary>The content could not be read. As above.</summary>
    Unreadable,

    /// <summary>The connection was lost.</summary>
    Closed,

    /// <summary>The peer takes nothing for too long.</summary>
    TimedOut,
}

/// <summary>
/// Writes a message in its transparent form (RFC 5321 §4.5.2) and the final dot. All that fits below the threshold leaves in one flush
/// together with the dot, so that no small segment is ever left over to wait for a delayed acknowledgement.
/// </summary>
internal static class MessageDataWriter
{
    /// <summary>Octets after which a large message is flushed in between.</summary>
    public const int FlushThreshold = 128 * 1024;

    private const int ChunkSize = 64 * 1024;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<DataWriteResult> WriteAsync(SmtpClientConnection connection, OutgoingMessage message)
    {
        var output = connection.Output;
        var stuffer = new DotStuffer();

        // One block for all of a usual message, and so one send without a scatter list.
        output.GetSpan((int)Math.Min(message.Size + (message.Size / 64) + 64, ChunkSize));
        if (!Append(output, ref stuffer, message.Prefix.Span) || !stuffer.IsAtLineStart)
        {
            return DataWriteResult.Forbidden;
        }

        if (message.NeedsSeparator)
        {
            Append(output, ref stuffer, "\r\n"u8);
        }

        if (message.Rest is null)
        {
            if (!Append(output, ref stuffer, message.Head.Span[message.ContentStart..]))
            {
                return DataWriteResult.Forbidden;
            }
        }
        else
        {
            var result = await AppendLargeAsync(connection, message, stuffer).ConfigureAwait(false);
            if (result.Result != DataWriteResult.Done)
            {
                return result.Result;
            }

            stuffer = result.Stuffer;
        }

        return End(output, stuffer) ? DataWriteResult.Done : DataWriteResult.Forbidden;
    }

    /// <summary>Looks whether a message can be sent by DATA, as <see cref="WriteAsync"/> would do it.</summary>
    /// <returns>Done, Forbidden or Unreadable.</returns>
    public static DataWriteResult Check(in OutgoingMessage message)
    {
        var block = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            var stuffer = new DotStuffer();
            for (long offset = 0; offset < message.Size;)
            {
                var read = message.Read(block, offset);
                if (read == 0)
                {
                    return DataWriteResult.Unreadable;
                }

                if (!IsSendable(ref stuffer, block.AsSpan(0, read)))
                {
                    return DataWriteResult.Forbidden;
                }

                offset += read;
            }

            return stuffer.IsAfterCarriageReturn ? DataWriteResult.Forbidden : DataWriteResult.Done;
        }
        catch (IOException)
        {
            return DataWriteResult.Unreadable;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static bool IsSendable(ref DotStuffer stuffer, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            if (stuffer.Next(source, out var length) == StuffStep.Forbidden)
            {
                return false;
            }

            source = source[length..];
        }

        return true;
    }

    private static async ValueTask<(DataWriteResult Result, DotStuffer Stuffer)> AppendLargeAsync(
        SmtpClientConnection connection, OutgoingMessage message, DotStuffer stuffer)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            long offset = message.ContentStart;
            while (offset < message.ContentLength)
            {
                int length;
                try
                {
                    length = message.Rest!.Read(chunk.AsSpan(0, (int)Math.Min(chunk.Length, message.ContentLength - offset)), offset);
                }
                catch (IOException)
                {
                    length = 0;
                }

                if (length == 0)
                {
                    return (DataWriteResult.Unreadable, stuffer);
                }

                if (!Append(connection.Output, ref stuffer, chunk.AsSpan(0, length)))
                {
                    return (DataWriteResult.Forbidden, stuffer);
                }

                offset += length;
                if (connection.Output.UnflushedBytes >= FlushThreshold)
                {
                    var fault = await connection.FlushAsync(connection.Timeouts.Block).ConfigureAwait(false);
                    if (fault != ReplyFault.None)
                    {
                        return (fault == ReplyFault.TimedOut ? DataWriteResult.TimedOut : DataWriteResult.Closed, stuffer);
                    }
                }
            }

            return (DataWriteResult.Done, stuffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>False: the octets hold what must not be sent, and were not written from there on.</summary>
    internal static bool Append(PipeWriter output, ref DotStuffer stuffer, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var step = stuffer.Next(source, out var length);
            if (step == StuffStep.Forbidden)
            {
                return false;
            }

            Copy(output, source[..length]);
            if (step == StuffStep.Dot)
            {
                Copy(output, "."u8);
            }

            source = source[length..];
        }

        return true;
    }

    /// <summary>The final dot, after an end of line where the content lacks one. False after a bare CR.</summary>
    internal static bool End(PipeWriter output, DotStuffer stuffer)
    {
        if (stuffer.IsAfterCarriageReturn)
        {
            return false;
        }

        Copy(output, stuffer.IsAtLineStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return true;
    }

    private static void Copy(PipeWriter output, ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var span = output.GetSpan();
            if (span.Length < octets.Length && octets.Length - span.Length > 4096)
            {
                // Much is left: a large block rather than many of the pool's 4 KiB.
                octets[..span.Length].CopyTo(span);
                output.Advance(span.Length);
                octets = octets[span.Length..];
                output.GetSpan(Math.Min(octets.Length, ChunkSize));
                continue;
            }

            var length = Math.Min(span.Length, octets.Length);
            octets[..length].CopyTo(span);
            output.Advance(length);
            octets = octets[length..];
        }
    }
}
