using System.Net;
using System.Text;
using MailManager.Smtp.Sasl;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>An authenticator over one credential, <c>user</c> with password <c>pencil</c>, with everything about it counted.</summary>
internal sealed class SaslHarness : ISaslCredentials, IPasswordDerivation, ISaslObserver
{
    public const int Iterations = ScramCredential.MinIterations;

    public static readonly SaslChannelBinding EndPoint = new("tls-server-end-point", "certificate hash"u8.ToArray());

    private static readonly ScramSalts Salts = new(new byte[ScramSalts.KeyLength]);
    private static readonly ScramCredential Pencil = Credential((PencilPassword, ScramPasswordState.Current));

    private const string PencilPassword = "pencil";

    public SaslHarness(int maxEntries = SaslThrottle.DefaultMaxEntries)
    {
        Throttle = new SaslThrottle(Time, maxEntries);
        Authenticator = new SaslAuthenticator(this, this, Throttle, this, Time);
    }

    public WaitingTime Time { get; } = new();

    public SaslThrottle Throttle { get; }

    public SaslAuthenticator Authenticator { get; }

    /// <summary>Of the user name <c>user</c>; every other name gets a decoy.</summary>
    public ScramCredential User { get; set; } = Pencil;

    public int Derivations { get; private set; }

    public bool IsBusy { get; set; }

    public List<string> Events { get; } = [];

    public static ScramCredential Credential(params (string Password, ScramPasswordState State)[] passwords)
    {
        var salt = Salts.For("", "user");
        return new ScramCredential("user", salt, Iterations, [.. passwords.Select(password => new ScramPassword(Keys(password.Password, salt), password.State))]);
    }

    public static ScramKeys Keys(string password, byte[] salt, int iterations = Iterations)
    {
        var salted = new byte[ScramKeys.Length];
        PasswordDerivation.Derive(Encoding.UTF8.GetBytes(password), salt, iterations, salted);
        return ScramKeys.FromSaltedPassword(salted);
    }

    public static SaslPeer Peer(string client = "192.0.2.1", SaslChannelBinding? binding = null) => new(IPAddress.Parse(client), binding, "session");

    public ISaslExchange Begin(string mechanism, SaslPeer? peer = null) =>
        Authenticator.Begin(Encoding.ASCII.GetBytes(mechanism), peer ?? Peer()) ?? throw new InvalidOperationException("No such mechanism.");

    /// <summary>One login with PLAIN; the wait of a failure is over at once.</summary>
    public Task<SaslStep> PlainAsync(string userName, string password, string client = "192.0.2.1") =>
        AfterWaitAsync(BeginPlain(userName, password, client));

    /// <summary>The same, which may still wait. All before the wait has run when this returns.</summary>
    public Task<SaslStep> BeginPlain(string userName, string password, string client = "192.0.2.1") =>
        Begin("PLAIN", Peer(client)).NextAsync(Encoding.UTF8.GetBytes($"\0{userName}\0{password}"), default).AsTask();

    public Task<SaslStep> NextAsync(ISaslExchange exchange, string? response) =>
        AfterWaitAsync(exchange.NextAsync(response is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(response), default).AsTask());

    public async Task<SaslStep> AfterWaitAsync(Task<SaslStep> step)
    {
        if (!step.IsCompleted)
        {
            Time.Advance(SaslThrottle.MaxWait);
        }

        return await step;
    }

    /// <summary>Waits until a failure waits for its answer, in a session on another thread, and lets the wait be over.</summary>
    public async Task RefusedAsync()
    {
        await Time.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Time.Advance(SaslThrottle.MaxWait);
    }

    public static string Text(SaslStep step) => Encoding.ASCII.GetString(step.Challenge!.Value.Span);

    /// <summary>A clock that knows what was last waited for.</summary>
    internal sealed class WaitingTime : FakeTimeProvider
    {
        public TimeSpan LastWait { get; private set; }

        /// <summary>Done when something has been waited for.</summary>
        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            LastWait = dueTime;
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waiting.TrySetResult();
            return timer;
        }
    }

    ScramCredential ISaslCredentials.Find(string userName) => userName == "user" ? User : Salts.Decoy("", userName, Iterations);

    ValueTask<bool> IPasswordDerivation.TryDeriveAsync(
        ReadOnlyMemory<byte> password, ReadOnlyMemory<byte> salt, int iterations, Memory<byte> saltedPassword, CancellationToken cancellationToken)
    {
        Derivations++;
        PasswordDerivation.Derive(password.Span, salt.Span, iterations, saltedPassword.Span);
        return new(!IsBusy);
    }

    void ISaslObserver.Succeeded(string identity, string mechanism, ScramPasswordState password, SaslPeer peer) =>
        Events.Add($"{identity} {mechanism} {password}");

    void ISaslObserver.Failed(string? userName, string mechanism, SaslFailure reason, SaslPeer peer) =>
        Events.Add($"{userName} {mechanism} {reason}");
}
