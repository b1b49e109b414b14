using System.Net;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Sasl;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Credentials;

/// <summary>Events 2100 to 2149: what logins at an ingress point came to. Of what clients send, only the user name is written.</summary>
internal sealed partial class CredentialLog(ILogger logger, string ingressPoint) : ISaslObserver
{
    /// <summary>Characters of a user name that are written, before escaping.</summary>
    private const int MaxUserName = 64;

    /// <inheritdoc/>
    public void Succeeded(string identity, string mechanism, ScramPasswordState password, SaslPeer peer) =>
        Succeeded(logger, identity, ingressPoint, mechanism, password, peer.Client, peer.SessionId);

    /// <inheritdoc/>
    public void Failed(string? userName, string mechanism, SaslFailure reason, SaslPeer peer)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            var shown = userName is null ? string.Empty : PeerText.Escape(userName.Length > MaxUserName ? userName[..MaxUserName] : userName);
            Failed(logger, shown, ingressPoint, mechanism, reason, peer.Client, peer.SessionId);
        }
    }

    [LoggerMessage(2100, LogLevel.Information,
        "Authenticated {Identity} at {IngressPoint} mechanism={Mechanism} password={Password} client={Client} session={Session}")]
    private static partial void Succeeded(
        ILogger logger, string identity, string ingressPoint, string mechanism, ScramPasswordState password, IPAddress client, string session);

    [LoggerMessage(2101, LogLevel.Information,
        "Authentication failed at {IngressPoint} user=<{UserName}> mechanism={Mechanism} reason={Reason} client={Client} session={Session}")]
    private static partial void Failed(
        ILogger logger, string userName, string ingressPoint, string mechanism, SaslFailure reason, IPAddress client, string session);
}
