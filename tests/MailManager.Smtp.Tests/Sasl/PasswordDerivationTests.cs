using System.Buffers;
using System.Security.Cryptography;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tests.Sasl;

public class PasswordDerivationTests
{
    private static readonly byte[] Password = "pencil"u8.ToArray();
    private static readonly byte[] Salt = new byte[16];

    [Fact]
    public async Task Result_is_pbkdf2_of_password_and_salt()
    {
        using var derivation = new PasswordDerivation();
        var salted = new byte[32];

        Assert.True(await derivation.TryDeriveAsync(Password, Salt, 4096, salted, default));
        Assert.Equal(Rfc2898DeriveBytes.Pbkdf2("pencil", Salt, 4096, HashAlgorithmName.SHA256, 32), salted);
    }

    [Fact]
    public async Task Beyond_its_bound_it_refuses_and_what_waits_is_done()
    {
        using var derivation = new PasswordDerivation();
        using var password = new HeldPassword();
        var busy = Occupy(derivation, password);
        var waiting = Enumerable.Range(0, PasswordDerivation.MaxWaiting).Select(_ => DeriveAsync(derivation, Password, default)).ToArray();

        var refused = DeriveAsync(derivation, Password, default);
        Assert.True(refused.IsCompleted);
        Assert.False(await refused);
        password.Release();
        Assert.DoesNotContain(false, await Task.WhenAll(busy.Concat(waiting)));
        Assert.True(await DeriveAsync(derivation, Password, default));
    }

    [Fact]
    public async Task Client_that_leaves_while_it_waits_gives_its_place_back()
    {
        using var derivation = new PasswordDerivation();
        using var password = new HeldPassword();
        var busy = Occupy(derivation, password);
        using var gone = new CancellationTokenSource();
        var left = Enumerable.Range(0, PasswordDerivation.MaxWaiting).Select(_ => DeriveAsync(derivation, Password, gone.Token)).ToArray();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(left));

        var waiting = Enumerable.Range(0, PasswordDerivation.MaxWaiting).Select(_ => DeriveAsync(derivation, Password, default)).ToArray();
        password.Release();
        Assert.DoesNotContain(false, await Task.WhenAll(busy.Concat(waiting)));
    }

    /// <summary>Takes every turn, until the password is released.</summary>
    private static Task<bool>[] Occupy(PasswordDerivation derivation, HeldPassword password) =>
        [.. Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount / 2)).Select(_ => DeriveAsync(derivation, password.Memory, default))];

    private static Task<bool> DeriveAsync(PasswordDerivation derivation, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        derivation.TryDeriveAsync(password, Salt, 4096, new byte[32], cancellationToken).AsTask();

    /// <summary>A password that cannot be read before it is released: the derivation stands still.</summary>
    private sealed class HeldPassword : MemoryManager<byte>, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public override Memory<byte> Memory => CreateMemory(Password.Length);

        public void Release() => _released.Set();

        public override Span<byte> GetSpan()
        {
            _released.Wait();
            return Password.ToArray();
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        public void Dispose() => _released.Dispose();

        protected override void Dispose(bool disposing) => _released.Dispose();
    }
}
