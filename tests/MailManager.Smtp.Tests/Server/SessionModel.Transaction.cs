using System.Globalization;
using System.Text.RegularExpressions;

namespace MailManager.Smtp.Tests.Server;

/// <summary>The transaction: MAIL, RCPT, DATA and BDAT.</summary>
internal sealed partial class SessionModel
{
    private void Mail(string argument)
    {
        var sender = Address().Match(argument).Groups[1].Value;
        if ((kind.RequiresTls && !_isTls) || (kind.RequiresAuth && _identity.Length == 0))
        {
            Refuse(530);
        }
        else if (sender.Length == 0)
        {
            Refuse(501);
        }
        else if (sender.Any(character => character > '~') && !argument.Contains(" SMTPUTF8", StringComparison.Ordinal))
        {
            Refuse(553);
        }
        else if (argument.Contains(" REQUIRETLS", StringComparison.Ordinal) && !_isTls)
        {
            Refuse(555);
        }
        else if (argument.Contains(" SIZE=99999", StringComparison.Ordinal))
        {
            Refuse(552);
        }
        else if (_transactions == SessionKind.MaxTransactions)
        {
            Close(421);
        }
        else if (_isMemoryFull)
        {
            Codes.Add(451);
        }
        else if (sender.StartsWith("throw", StringComparison.Ordinal))
        {
            IsOver = true;
        }
        else if (sender.StartsWith("never", StringComparison.Ordinal))
        {
            Cut();
        }
        else if (sender.StartsWith("denied", StringComparison.Ordinal))
        {
            Refuse(550);
        }
        else
        {
            _transactions++;
            _sender = sender;
            _isUtf8 = argument.Contains(" SMTPUTF8", StringComparison.Ordinal);
            _isBinary = argument.Contains("BINARYMIME", StringComparison.Ordinal);
            Codes.Add(250);
            TimeOutAfter(sender, "overdue");
        }
    }

    private void Recipient(string argument)
    {
        var recipient = Address().Match(argument).Groups[1].Value;
        if (_sender is null || _chunks is not null)
        {
            Refuse(503);
        }
        else if (recipient.Length == 0)
        {
            Refuse(501);
        }
        else if (recipient.Any(character => character > '~') && !_isUtf8)
        {
            Refuse(553);
        }
        else if (_recipients.Count == SessionKind.MaxRecipients)
        {
            Codes.Add(452);
        }
        else if (CountRecipientCommand() > SessionKind.MaxRecipientCommands)
        {
            Codes.Add(452);
        }
        else
        {
            Ask(recipient);
        }
    }

    /// <summary>A client of IPv6 is its /64.</summary>
    private int CountRecipientCommand()
    {
        var network = _client.Split("::")[0];
        return _recipientCommands[network] = _recipientCommands.GetValueOrDefault(network) + 1;
    }

    private void Ask(string recipient)
    {
        _asked.Add(recipient);
        if (recipient.StartsWith("throw", StringComparison.Ordinal))
        {
            IsOver = true;
        }
        else if (recipient.StartsWith("never", StringComparison.Ordinal))
        {
            Cut();
        }
        else if (recipient.StartsWith("denied", StringComparison.Ordinal))
        {
            Refuse(550);
        }
        else
        {
            _isMemoryFull = !recipient.StartsWith("drain", StringComparison.Ordinal) && (_isMemoryFull || recipient.StartsWith("fill", StringComparison.Ordinal));
            _recipients.Add(recipient);
            Codes.Add(250);
            TimeOutAfter(recipient, "overdue");
        }
    }

    private void Data(string argument)
    {
        if (_recipients.Count == 0 || _chunks is not null)
        {
            Refuse(503);
        }
        else if (argument.Length > 0)
        {
            Refuse(501);
        }
        else if (_isBinary)
        {
            Refuse(503);
        }
        else if (IsBeginRefused())
        {
            Codes.Add(451);
        }
        else
        {
            Codes.Add(354);
            _isInData = true;
        }
    }

    /// <summary>False: its end is not there yet.</summary>
    private bool TakeData()
    {
        var isEmpty = _unread.StartsWith(".\r\n", StringComparison.Ordinal);
        var end = isEmpty ? 0 : _unread.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
        if (end < 2 && !isEmpty)
        {
            return false;
        }

        var content = StuffedDot().Replace(_unread[..end], "$1");
        _unread = _unread[(end + 3)..];
        _isInData = false;
        End(content.Length > SessionKind.MaxMessageSize ? 552 : HasBareOctets(content) ? 550 : 250, content);
        return true;
    }

    private void Chunk(string argument)
    {
        var match = ChunkSize().Match(argument);
        if (!match.Success)
        {
            Close(501);
            return;
        }

        var size = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var refusal = _recipients.Count == 0 ? 503 : _chunks is null && IsBeginRefused() ? 451 : 0;
        if (refusal == 451)
        {
            // The message can never be whole any more.
            Forget();
        }

        if (size > SessionKind.MaxMessageSize)
        {
            Close(refusal > 0 ? refusal : 552);
            return;
        }

        _pendingChunk = new PendingChunk((int)size, match.Groups[2].Success, refusal);
    }

    /// <summary>False: not all of it is there yet.</summary>
    private bool TakeChunk(PendingChunk chunk)
    {
        if (_unread.Length < chunk.Size)
        {
            return false;
        }

        var octets = _unread[..chunk.Size];
        _unread = _unread[chunk.Size..];
        _pendingChunk = null;
        if (chunk.Refusal > 0)
        {
            Refuse(chunk.Refusal);
            return true;
        }

        _chunks += octets;
        var header = _chunks.Split("\r\n\r\n", 2)[0];
        var isFree = _isBinary && (_chunks.StartsWith("\r\n", StringComparison.Ordinal) || header.Length < _chunks.Length);
        var isCut = !chunk.IsLast && _chunks.EndsWith('\r');
        var suspect = !isFree ? isCut ? _chunks[..^1] : _chunks : _chunks.StartsWith("\r\n", StringComparison.Ordinal) ? "" : header;
        var outcome = _chunks.Length > SessionKind.MaxMessageSize ? 552 : HasBareOctets(suspect) ? 550 : chunk.IsLast ? 250 : 0;
        if (outcome > 0)
        {
            End(outcome, _chunks);
        }
        else
        {
            Codes.Add(250);
        }

        return true;
    }

    /// <summary>The service refuses to begin such a message once.</summary>
    private bool IsBeginRefused()
    {
        var isRefused = _sender!.StartsWith("begin", StringComparison.Ordinal) && !_isBeginRefused;
        _isBeginRefused = true;
        return isRefused;
    }

    private void End(int code, string content)
    {
        var sender = _sender!;
        if (sender.StartsWith("endnever", StringComparison.Ordinal))
        {
            Cut();
            return;
        }

        var isThrown = code == 250 && sender.StartsWith("endthrow", StringComparison.Ordinal);
        if (code == 250)
        {
            code = sender.StartsWith("full", StringComparison.Ordinal) ? 452
                : sender.StartsWith("fault", StringComparison.Ordinal) ? 451
                : content.Contains("spam", StringComparison.Ordinal) ? 554
                : 250;
        }

        if (isThrown)
        {
            IsOver = true;
            return;
        }

        if (code == 250)
        {
            Accepted.Add(ModelService.Describe(_client, _helo, _identity, _isTls, sender, _asked, _recipients, content));
        }

        var repeats = kind.IsLmtp ? _recipients.Count - 1 : 0;
        Codes.AddRange(Enumerable.Repeat(code, repeats));
        Forget();
        Refuse(code);
        TimeOutAfter(sender, "endoverdue");
    }

    private static bool HasBareOctets(string content) => content.Replace("\r\n", "", StringComparison.Ordinal).IndexOfAny(['\r', '\n', '\0']) >= 0;

    [GeneratedRegex("^(?:FROM|TO):<([^<>]+@[a-z.]+)>(?: [A-Z0-9=]+)*$")]
    private static partial Regex Address();

    [GeneratedRegex("^([0-9]{1,12})( LAST)?$")]
    private static partial Regex ChunkSize();

    [GeneratedRegex("(^|\r\n)\\.")]
    private static partial Regex StuffedDot();

    /// <summary>A chunk that was announced.</summary>
    /// <param name="Refusal">The code that its octets are read past for; 0: they are wanted.</param>
    private sealed record PendingChunk(int Size, bool IsLast, int Refusal);
}
