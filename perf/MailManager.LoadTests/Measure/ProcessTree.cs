namespace MailManager.LoadTests.Measure;

/// <summary>
/// A process and all its descendants as one consumer of CPU and memory. Linux only, reads <c>/proc</c>. Sizes are KiB.
/// </summary>
internal sealed class ProcessTree(int root)
{
    /// <summary>Length of a clock tick in <c>/proc/PID/stat</c>: USER_HZ is 100 on every Linux that .NET runs on.</summary>
    private const double TickMilliseconds = 10;

    public int Root { get; } = root;

    public bool Exists => Directory.Exists($"/proc/{Root}");

    /// <summary>
    /// CPU milliseconds used by the whole tree so far: of the living, and (cutime, cstime) of children that ended and were
    /// waited for. Never goes down while no process outlives its parent.
    /// </summary>
    public double CpuMilliseconds()
    {
        double ticks = 0;
        foreach (var (_, _, t) in Members())
        {
            ticks += t;
        }

        return ticks * TickMilliseconds;
    }

    /// <summary>CPU milliseconds of the root's children that ended and were waited for.</summary>
    public double ChildrenCpuMilliseconds()
    {
        var text = File.ReadAllText($"/proc/{Root}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[13]) + double.Parse(fields[14])) * TickMilliseconds;
    }

    /// <summary>Sum over the tree of resident pages; shared pages count once for each process.</summary>
    public long RssKiB()
    {
        long sum = 0;
        foreach (var (pid, _, _) in Members())
        {
            sum += Field($"/proc/{pid}/status", "VmRSS:");
        }

        return sum;
    }

    /// <summary>Sum over the tree of proportional sizes; shared pages are divided. Costs some CPU in the kernel.</summary>
    public long PssKiB()
    {
        long sum = 0;
        foreach (var (pid, _, _) in Members())
        {
            sum += Field($"/proc/{pid}/smaps_rollup", "Pss:");
        }

        return sum;
    }

    /// <summary>Highest resident size of the root alone since its start or <see cref="ResetPeak"/>.</summary>
    public long PeakKiB() => Field($"/proc/{Root}/status", "VmHWM:");

    /// <summary>Lets <see cref="PeakKiB"/> begin anew; needs the right to write the file, and is left out without it.</summary>
    public void ResetPeak()
    {
        try
        {
            File.WriteAllText($"/proc/{Root}/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The peak then covers the time before this run too.
        }
    }

    /// <summary>Root and descendants, each with its parent and its CPU ticks.</summary>
    private List<(int Pid, int Parent, double Ticks)> Members()
    {
        var all = new List<(int Pid, int Parent, double Ticks)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), out var pid) && Stat(pid) is { } stat)
            {
                all.Add((pid, stat.Parent, stat.Ticks));
            }
        }

        var members = new HashSet<int> { Root };
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var (pid, parent, _) in all)
            {
                grown |= members.Contains(parent) && members.Add(pid);
            }
        }

        return all.FindAll(p => members.Contains(p.Pid));
    }

    private static (int Parent, double Ticks)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");

            // The name may hold spaces and parentheses: fields are counted from the last one. Field 4 is the parent,
            // 14 to 17 are utime, stime, cutime and cstime (proc(5)).
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1]), double.Parse(fields[11]) + double.Parse(fields[12]) + double.Parse(fields[13]) + double.Parse(fields[14]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Field(string file, string name)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB").Trim());
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
        }

        return 0;
    }
}
