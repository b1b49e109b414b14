using System.Security.Cryptography;
using System.Text;

namespace MailManager.Smtp.Sasl;

/// <summary>PLAIN, LOGIN, SCRAM-SHA-256 and SCRAM-SHA-256-PLUS over one set of credentials.</summary>
/// <param name="credentials">Of the listener.</param>
/// <param name="derivation">One for the process.</param>
/// <param name="throttle">One for the process.</param>
/// <param name="observer">Hears what logins came to.</param>
/// <param name="time">For the memory of verified logins.</param>
public sealed class SaslAuthenticator(
    ISaslCredentials credentials, IPasswordDerivation derivation, SaslThrottle throttle, ISaslObserver observer, TimeProvider time) : ISaslAuthenticator
{
    private const string Plain = "PLAIN";
    private const string Login = "LOGIN";
    private const string Scram = "SCRAM-SHA-256";
    private const string ScramPlus = "SCRAM-SHA-256-PLUS";

    private static readonly string[] WithBinding = [ScramPlus, Scram, Plain, Login];
    private static readonly string[] WithoutBinding = [Scram, Plain, Login];

    internal ISaslCredentials Credentials { get; } = credentials;

    internal IPasswordDerivation Derivation { get; } = derivation;

    internal SaslThrottle Throttle { get; } = throttle;

    internal ISaslObserver Observer { get; } = observer;

    internal VerifiedLogins Verified { get; } = new(time);

    /// <inheritdoc/>
    public IReadOnlyList<string> Mechanisms(bool hasChannelBinding) => hasChannelBinding ? WithBinding : WithoutBinding;

    /// <inheritdoc/>
    public ISaslExchange? Begin(ReadOnlySpan<byte> mechanism, SaslPeer peer)
    {
        foreach (var name in Mechanisms(peer.ChannelBinding is not null))
        {
            if (Ascii.EqualsIgnoreCase(mechanism, name))
            {
                return Begin(name, new SaslLogin(this, name, peer));
            }
        }

        return null;
    }

    private static ISaslExchange Begin(string mechanism, SaslLogin login) => mechanism switch
    {
        Plain => new PlainExchange(login),
        Login => new LoginExchange(login),
        _ => new ScramExchange(login, mechanism == ScramPlus, Convert.ToBase64String(RandomNumberGenerator.GetBytes(18))),
    };
}
