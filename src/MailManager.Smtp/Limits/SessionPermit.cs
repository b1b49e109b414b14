using System.Net;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Limits;

/// <summary>
/// What one session takes of its server's limits. Used by the session, one call at a time; dispose it once the connection is gone, which gives
/// back everything, whatever state the session ended in. Disposing it again does nothing.
/// </summary>
public sealed class SessionPermit : IDisposable
{
    private readonly SessionGovernor _governor;
    private AddressBlock _client;
    private AddressBlock _network;
    private string? _group;
    private bool _isExempt;
    private bool _hasMessage;
    private bool _isDisposed;

    internal SessionPermit(SessionGovernor governor) => _governor = governor;

    /// <summary>
    /// The client's address is known: that of the connection, or what a trusted proxy says. Once in a session; again only when another address
    /// counts from then on (XCLIENT), which gives back what was taken for the one before, and may be refused.
    /// </summary>
    /// <param name="client">IPv4 addresses also in IPv6-mapped form.</param>
    /// <param name="group">Name of the ingress point.</param>
    /// <param name="groupLimit">Its open sessions at most; <see cref="int.MaxValue"/>: no limit of its own.</param>
    /// <param name="refusal">421 4.7.0, after which to close the connection.</param>
    public bool TryAdmit(IPAddress client, string group, int groupLimit, out SmtpReply refusal)
    {
        Leave();
        return _governor.TryAdmit(this, client, group, groupLimit, out refusal);
    }

    /// <summary>A RCPT command came. False: <see cref="GovernorReplies.TooManyRecipientsLately"/> is the reply.</summary>
    public bool TryTakeRecipient() => _group is null || _isExempt || _governor.TryTakeRecipient(_client);

    /// <summary>A MAIL command came. False: the reply is a refusal, 451 4.3.2. A message that has begun already goes on.</summary>
    public bool TryBeginMessage(out SmtpReply refusal)
    {
        refusal = default;
        return _hasMessage || (_hasMessage = _governor.TryBeginMessage(out refusal));
    }

    /// <summary>The message, if one has begun, is stored, refused or given up.</summary>
    public void EndMessage()
    {
        if (_hasMessage)
        {
            _hasMessage = false;
            _governor.EndMessage();
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            EndMessage();
            Leave();
            _governor.Unreserve();
        }
    }

    internal void Hold(in AddressBlock client, in AddressBlock network, string group, bool isExempt)
    {
        _client = client;
        _network = network;
        _group = group;
        _isExempt = isExempt;
    }

    private void Leave()
    {
        if (_group is { } group)
        {
            _group = null;
            _governor.Leave(_client, _network, group);
        }
    }
}
