namespace MailManager.LoadTests.Measure;

/// <summary>
/// Watches a process tree during a run. RSS is sampled every 500 ms; PSS, which costs the kernel a walk over page tables,
/// every 4 s: a server of 200 processes must not be slowed by being looked at.
/// </summary>
internal sealed class UsageSampler : IDisposable
{
    private const int PeriodMilliseconds = 500;
    private const int PssEvery = 8;
    private readonly ProcessTree _tree;
    private readonly double _cpuBefore;
    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private int _samples;
    private long _peakRss;
    private long _peakPss;

    public UsageSampler(ProcessTree tree)
    {
        _tree = tree;
        _tree.ResetPeak();
        _cpuBefore = tree.CpuMilliseconds();
        _timer = new Timer(static s => ((UsageSampler)s!).Sample(), this, PeriodMilliseconds, PeriodMilliseconds);
    }

    public Usage Stop()
    {
        var cpu = _tree.CpuMilliseconds() - _cpuBefore;
        _timer.Dispose();
        lock (_lock)
        {
            var rss = _tree.RssKiB();
            var pss = _tree.PssKiB();
            return new Usage
            {
                CpuMilliseconds = cpu,
                RssKiB = rss,
                PssKiB = pss,
                PeakRssKiB = Math.Max(_peakRss, rss),
                PeakPssKiB = Math.Max(_peakPss, pss),
                RootPeakKiB = _tree.PeakKiB(),
            };
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        lock (_lock)
        {
            _peakRss = Math.Max(_peakRss, _tree.RssKiB());
            if (_samples++ % PssEvery == 0)
            {
                _peakPss = Math.Max(_peakPss, _tree.PssKiB());
            }
        }
    }
}
