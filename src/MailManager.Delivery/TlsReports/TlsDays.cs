namespace MailManager.Delivery.TlsReports;

/// <summary>
/// Counts sessions by day, domain and policy. Bounded: of each day so many domains, of each domain so many policies, of each policy so many kinds of
/// failures; what is beyond is not told apart, or for a further domain not counted. Thread-safe.
/// </summary>
internal sealed class TlsDays(TimeProvider time)
{
    internal const int MaxDomains = 20_000;
    internal const int MaxPolicies = 16;
    internal const int MaxDetails = 32;

    private const int MaxReason = 256;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<DateOnly, TlsDay> _days = [];
    private readonly HashSet<DateOnly> _changed = [];

    /// <summary>Takes in a day of before.</summary>
    public void Add(TlsDay day)
    {
        lock (_gate)
        {
            _days[day.Date] = day;
        }
    }

    public void Record(in TlsSession session)
    {
        var date = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        lock (_gate)
        {
            if (!_days.TryGetValue(date, out var day))
            {
                _days[date] = day = new TlsDay { Date = date };
            }

            if (!day.Domains.TryGetValue(session.Policy.RecipientDomain, out var tallies))
            {
                if (day.Domains.Count >= MaxDomains)
                {
                    return;
                }

                day.Domains[session.Policy.RecipientDomain] = tallies = [];
            }

            if (Find(tallies, session.Policy) is { } tally)
            {
                Count(tally, session);
                _changed.Add(date);
            }
        }
    }

    /// <summary>The days before the given one.</summary>
    public DateOnly[] Before(DateOnly date)
    {
        lock (_gate)
        {
            return [.. _days.Keys.TakeWhile(day => day < date)];
        }
    }

    /// <summary>The domains that a day has something of.</summary>
    public string[] DomainsOf(DateOnly date)
    {
        lock (_gate)
        {
            return _days.TryGetValue(date, out var day) ? [.. day.Domains.Keys] : [];
        }
    }

    /// <summary>What a domain is told of a day that is over, and so changes no more; null: nothing.</summary>
    public IReadOnlyList<TlsTally>? Find(DateOnly date, string domain)
    {
        lock (_gate)
        {
            return _days.GetValueOrDefault(date)?.Domains.GetValueOrDefault(domain);
        }
    }

    /// <summary>The domain was told, or wants nothing.</summary>
    public void Forget(DateOnly date, string domain)
    {
        lock (_gate)
        {
            if (_days.TryGetValue(date, out var day) && day.Domains.Remove(domain))
            {
                _changed.Add(date);
            }
        }
    }

    /// <summary>The whole day is given up.</summary>
    public void Forget(DateOnly date)
    {
        lock (_gate)
        {
            _days.Remove(date);
            _changed.Add(date);
        }
    }

    /// <summary>Hands over what has changed since the last call.</summary>
    /// <param name="write">Gets the day's octets by <paramref name="encode"/>; null: nothing is left of it.</param>
    /// <param name="encode">Called under the lock.</param>
    public void Flush(Action<DateOnly, byte[]?> write, Func<TlsDay, byte[]> encode)
    {
        List<(DateOnly Date, byte[]? Octets)> changed = [];
        lock (_gate)
        {
            foreach (var date in _changed)
            {
                if (_days.TryGetValue(date, out var day) && day.Domains.Count == 0)
                {
                    _days.Remove(date);
                    day = null;
                }

                changed.Add((date, day is null ? null : encode(day)));
            }

            _changed.Clear();
        }

        changed.ForEach(entry => write(entry.Date, entry.Octets));
    }

    private static TlsTally? Find(List<TlsTally> tallies, TlsPolicy policy)
    {
        foreach (var tally in tallies)
        {
            if (tally.Type == policy.Type && tally.PolicyDomain == policy.Domain && tally.Strings.AsSpan().SequenceEqual(policy.Strings.AsSpan()))
            {
                return tally;
            }
        }

        if (tallies.Count >= MaxPolicies)
        {
            return null;
        }

        var made = new TlsTally { Type = policy.Type, PolicyDomain = policy.Domain, Strings = [.. policy.Strings], Hosts = [.. policy.Hosts] };
        tallies.Add(made);
        return made;
    }

    private static void Count(TlsTally tally, in TlsSession session)
    {
        if (session.Result is not { } result)
        {
            tally.Successes++;
            return;
        }

        tally.Failures++;
        var (host, sending, receiving) = (session.Host, session.SendingAddress?.ToString(), session.ReceivingAddress?.ToString());
        var reason = session.Reason is { Length: > MaxReason } longer ? longer[..MaxReason] : session.Reason;
        var detail = tally.Details.Find(one =>
            one.Result == result && one.Host == host && one.SendingAddress == sending && one.ReceivingAddress == receiving && one.Reason == reason);
        if (detail is null)
        {
            if (tally.Details.Count >= MaxDetails)
            {
                return;
            }

            detail = new TlsFailureCount { Result = result, Host = host, SendingAddress = sending, ReceivingAddress = receiving, Reason = reason };
            tally.Details.Add(detail);
        }

        detail.Count++;
    }
}
