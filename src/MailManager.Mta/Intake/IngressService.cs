using MailManager.Delivery.Dsn;
using MailManager.Delivery.Srs;
using MailManager.Messages.Bytes;
using MailManager.Mta.Protection;
using MailManager.Queue;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;

namespace MailManager.Mta.Intake;

/// <summary>What all intake shares: where messages go and who is told. Thread-safe.</summary>
/// <param name="Hostname">This server's name, for the greeting and trace fields.</param>
/// <param name="Expiry">How long a message is tried.</param>
internal sealed record IntakeServices(
    string Hostname,
    TimeSpan Expiry,
    IMailQueue Queue,
    IBodyFileStore BodyFiles,
    DsnBuilder Notifications,
    IntakeMetrics Metrics,
    ProtectionServices Protection,
    IReverseNames ReverseNames,
    MemoryGauge Memory,
    TimeProvider Time,
    ILogger<IngressService> Logger)
{
    /// <summary>Replaces reverse-paths, and finds the originals; null: rules cannot ask for it.</summary>
    public SrsRewriter? Srs { get; init; }
}

/// <summary>One ingress point: opens a handler for each session. The runtime can be replaced at any time.</summary>
internal sealed class IngressService : ISmtpService
{
    private readonly IntakeServices _services;
    private readonly DefaultObjectPool<IntakeWorkspace> _workspaces;
    private volatile IngressRuntime _runtime;

    public IngressService(IntakeServices services, IngressRuntime runtime)
    {
        _services = services;
        _runtime = runtime;
        _workspaces = new DefaultObjectPool<IntakeWorkspace>(new WorkspacePolicy(services.BodyFiles, services.Memory, runtime.Limits.Block), maximumRetained: 256);
    }

    /// <summary>In force from the next transaction on.</summary>
    public IngressRuntime Runtime
    {
        get => _runtime;
        set => _runtime = value;
    }

    public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) => new IntakeSession(this, _services, session);

    public IntakeWorkspace Rent() => _workspaces.Get();

    public void Return(IntakeWorkspace workspace) => _workspaces.Return(workspace);

    private sealed class WorkspacePolicy(IBodyFileStore files, MemoryGauge memory, int maxHeaderLength) : PooledObjectPolicy<IntakeWorkspace>
    {
        public override IntakeWorkspace Create() => new(files, memory, maxHeaderLength);

        public override bool Return(IntakeWorkspace obj)
        {
            obj.Clear();
            return true;
        }
    }
}
