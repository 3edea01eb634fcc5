//! Four by four numbers, columns turned into rows.

/// Four columns of four numbers.
pub(super) type Quarter = [[f64; 4]; 4];

/// Number by number.
pub(super) fn turned(columns: Quarter) -> Quarter {
    std::array::from_fn(|row| std::array::from_fn(|col| columns[col][row]))
}

/// In registers, for which the caller is compiled: a loop over single numbers takes several times as long.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn turned_in_registers(simd: pulp::x86::V3, [a, b, c, d]: Quarter) -> Quarter {
    let avx = simd.avx;
    let (a, b, c, d) = (pulp::cast(a), pulp::cast(b), pulp::cast(c), pulp::cast(d));
    let (even, odd) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
    let (even_right, odd_right) = (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
    [
        pulp::cast(avx._mm256_permute2f128_pd::<0x20>(even, even_right)),
        pulp::cast(avx._mm256_permute2f128_pd::<0x20>(odd, odd_right)),
        pulp::cast(avx._mm256_permute2f128_pd::<0x31>(even, even_right)),
        pulp::cast(avx._mm256_permute2f128_pd::<0x31>(odd, odd_right)),
    ]
}
