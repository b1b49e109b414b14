using System.Net;
using MailManager.Resources.IngressPoints;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// What the guards of all ingress points share; a part that no ingress point uses may be null. Thread-safe. The owner of the parts disposes them.
/// </summary>
/// <param name="DnsLists">Looks up clients.</param>
/// <param name="Greylist">Remembers who has come.</param>
/// <param name="Recipients">Asks relays.</param>
/// <param name="Logger">For decisions.</param>
internal sealed record ProtectionServices(DnsListChecker? DnsLists, Greylist? Greylist, RecipientVerifier? Recipients, ILogger<ClientGuard> Logger)
{
    /// <summary>
    /// The guard of one session, which begins at once to look the client up; null when nothing is on. When another address counts as the client's
    /// from then on (XCLIENT), open another.
    /// </summary>
    /// <param name="options">Of the ingress point.</param>
    /// <param name="ingressPoint">Its name, for the log.</param>
    /// <param name="session">The session's id, for the log and as the reference in replies.</param>
    /// <param name="client">The client's address.</param>
    public ClientGuard? Open(ProtectionSettings options, string ingressPoint, string session, IPAddress client) =>
        options is { DnsLists: null, Greylisting: null, RecipientVerification: null }
            ? null
            : new ClientGuard(this, options, new GuardedSession(ingressPoint, session, client));
}
