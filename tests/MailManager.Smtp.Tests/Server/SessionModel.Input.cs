namespace MailManager.Smtp.Tests.Server;

/// <summary>What arrives, and what does not arrive in time.</summary>
internal sealed partial class SessionModel
{
    /// <summary>Takes octets, as Latin-1, as far as they are whole lines, data or chunks; the rest waits for more.</summary>
    public void Take(string octets)
    {
        _unread += octets;
        while (!IsOver && (_isInData ? TakeData() : _pendingChunk is { } chunk ? TakeChunk(chunk) : TakeLine()))
        {
            // Each takes as much as it can.
        }
    }

    /// <summary>False: the line is not there yet.</summary>
    private bool TakeLine()
    {
        var end = _unread.IndexOf('\n', StringComparison.Ordinal) + 1;
        var maxLine = kind.HasAuth ? 12_288 : SessionKind.MaxCommandLine;
        if (end > maxLine || (end == 0 && _unread.Length >= maxLine))
        {
            Close(500);
        }

        if (end == 0 || IsOver)
        {
            return false;
        }

        var line = _unread[..end];
        _unread = _unread[end..];
        if (line.EndsWith("\r\n", StringComparison.Ordinal))
        {
            Command(line[..^2]);
        }
        else
        {
            _isAuthenticating = false;
            Refuse(500);
        }

        return true;
    }

    /// <summary>Time has passed for longer than the session waits for a client. Where a handshake is due no reply can be read.</summary>
    public void TimeOut() => TimeOut(
        IsHandshakeDue ? SessionPlace.Handshake
        : _isInData ? SessionPlace.Data
        : _pendingChunk is not null ? SessionPlace.Chunk
        : _isAuthenticating ? SessionPlace.Response
        : _unread.Length > 0 ? SessionPlace.Line
        : SessionPlace.Command);

    /// <summary>The service has let time pass before an answer, and the session has waited for it all the same.</summary>
    private void TimeOutAfter(string address, string word)
    {
        if (address.StartsWith(word, StringComparison.Ordinal))
        {
            TimeOut(SessionPlace.Answer);
        }
    }

    /// <summary>After the answer that has been given. Time that is over changes nothing for a session that has ended.</summary>
    private void TimeOut(SessionPlace place)
    {
        if (IsOver)
        {
            return;
        }

        TimedOutAt = place;
        IsHandshakeDue = false;
        IsOver = true;
        if (place != SessionPlace.Handshake)
        {
            Codes.Add(421);
        }
    }

    /// <summary>No answer has come in time, and no room is left for another.</summary>
    private void Cut()
    {
        TimedOutAt = SessionPlace.Answer;
        IsCut = true;
        IsOver = true;
    }
}
