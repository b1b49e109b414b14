using System.Net;
using MailManager.Smtp.Sasl;

namespace MailManager.Mta.Tests.Credentials;

/// <summary>Hears what one login came to.</summary>
internal sealed class LoginRecorder : ISaslObserver
{
    public static readonly SaslPeer Peer = new(IPAddress.Parse("192.0.2.1"), null, "S1");

    public event Action? Heard;

    public string Result { get; private set; } = "";

    public void Succeeded(string identity, string mechanism, ScramPasswordState password, SaslPeer peer) => Hear(password.ToString());

    public void Failed(string? userName, string mechanism, SaslFailure reason, SaslPeer peer) => Hear(reason.ToString());

    private void Hear(string result)
    {
        Result = result;
        Heard?.Invoke();
    }
}
