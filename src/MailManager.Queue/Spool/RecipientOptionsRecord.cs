using System.Collections.Immutable;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Spool;

/// <summary>
/// Options of recipients, within records: count (0, or as many as there are recipients), and for each NOTIFY (octet; 128 is added once the
/// sender was told of a delay) and ORCPT (text).
/// </summary>
internal static class RecipientOptionsRecord
{
    private const byte DelayNoticeFlag = 128;
    private const byte MaxNotify = (byte)(DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay);

    public static void Write(RecordWriter writer, ImmutableArray<RecipientOptions?> options)
    {
        writer.WriteNumber(options.Length);
        foreach (var option in options)
        {
            writer.WriteByte((byte)((byte)(option?.Notify ?? DsnNotify.Unspecified) | (option is { HasDelayNotice: true } ? DelayNoticeFlag : 0)));
            writer.WriteText(option?.OriginalRecipient ?? string.Empty);
        }
    }

    public static bool TryRead(ref RecordReader reader, int recipients, out ImmutableArray<RecipientOptions?> options)
    {
        options = [];
        if (!reader.TryReadNumber(out var count) || (count != 0 && count != recipients))
        {
            return false;
        }

        var read = ImmutableArray.CreateBuilder<RecipientOptions?>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadByte(out var octet) || !reader.TryReadText(out var original))
            {
                return false;
            }

            var notify = (DsnNotify)(octet & ~DelayNoticeFlag);
            if (notify != DsnNotify.Never && ((byte)notify & ~MaxNotify) != 0)
            {
                return false;
            }

            read.Add(octet == 0 && original.Length == 0
                ? null
                : new RecipientOptions(notify, original) { HasDelayNotice = (octet & DelayNoticeFlag) != 0 });
        }

        options = read.MoveToImmutable();
        return true;
    }
}
