//! throw-away
#![allow(warnings, clippy::all, clippy::pedantic)]
use po_core::{Allocator, Bounds, Confidence, Returns, Status, Weights};
use po_convex::{Constraints, Net};
use po_tail::*;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Instant;
fn c(x: f64) -> Confidence { Confidence::new(x).unwrap() }
struct R(u64);
impl R { fn u(&mut self) -> f64 { self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15); let m=(self.0^(self.0>>30)).wrapping_mul(0xbf58476d1ce4e5b9); let m=(m^(m>>27)).wrapping_mul(0x94d049bb133111eb); ((m^(m>>31))>>11) as f64/(1u64<<53) as f64 } fn b(&mut self)->f64 { (0..12).fold(0.0,|t,_|t+self.u())-6.0 } }
fn mk(t: usize, n: usize, k: usize) -> Returns { let mut r=R((t*31+n*7) as u64); let mut v=vec![0.0;t*n]; let common: Vec<f64>=(0..t).map(|_| r.b()).collect(); for i in 0..n { for s in 0..t { let x=0.01*(0.5*common[s]+r.b())+0.0004*(1+i%4) as f64; v[i*t+s]=match k {0=>x, 1=>0.0, 2=>0.01, 3=>x*1e-10, 4=>x*1e8, 5=> if s<t/2 {x} else {v[i*t+s-t/2]}, 6=>(x*100.0).round()/100.0, 7=> if i==0 {0.0001} else {x}, 8=> if i>0 && i%2==1 {v[(i-1)*t+s]} else {x}, 9=> if s==0 {-1.0} else {0.0}, 10=> 0.01*common[s], _=> x*(10f64).powi((i as i32%9)*2-8)}; } } Returns::from_column_slice(t,n,&v).unwrap() }
fn main() {
  let arg: Vec<String> = std::env::args().collect();
  let measures: Vec<TailMeasure> = vec![TailMeasure::Cvar];
  for (tt,n) in [(1,1),(1,3),(2,2),(5,20),(30,3),(250,10),(250,60)] { for k in 0..12 { let re=mk(tt,n,k);
   let probs: Vec<Vec<f64>> = vec![vec![], { let mut p=vec![0.0;tt]; p[tt-1]=1.0; p }, { let m = (0..tt).filter(|i| i%3==0).count() as f64; (0..tt).map(|i| if i%3==0 {1.0/m} else {0.0}).collect() }];
   for (pi,p) in probs.iter().enumerate() { for l in [0.5,0.95,0.9999,0.01] {
    let bo=|l:f64,u:f64| Some(Bounds::new(vec![l;n],vec![u;n]).unwrap()); let cons = vec![("plain", Constraints::default()), ("free", Constraints{bounds: bo(f64::NEG_INFINITY, f64::INFINITY), ..Default::default()}), ("fixed", Constraints{bounds: bo(1.0/n as f64, 1.0/n as f64), ..Default::default()}), ("ls", Constraints{bounds: bo(-1.0,1.0), ..Default::default()})];
    for (cn,cs) in &cons {
     let base = MeanCvarParams{confidence:c(l), constraints: cs.clone(), ..Default::default()};
     let run = |nm: &str, pr: MeanCvarParams| { let s=Instant::now(); let r=catch_unwind(AssertUnwindSafe(|| MeanCvar::new(pr.clone()).and_then(|m| m.allocate(CvarInput{returns:&re, probabilities:p, mean: None})))); let e=s.elapsed().as_secs_f64(); let tag=format!("{tt}x{n} k{k} p{pi} l{l} {cn} {nm}");
       match r { Err(_)=>{println!("PANIC {tag}"); None}, Ok(Err(er))=>{println!("ERR {tag}: {er}"); None}, Ok(Ok(a))=>{ let w=a.solution.weights.as_slice(); let bad=!a.risk.is_finite()||!a.objective.is_finite()||w.iter().any(|x| !x.is_finite())||a.bound.is_nan()||a.var.is_nan()||a.cvar.is_nan()||a.mean.is_nan(); if bad {println!("NAN {tag}");} if a.solution.status!=Status::Converged { println!("STATUS {tag}: {:?} obj {:e} bound {:e} risk {:e} cert {:?}", a.solution.status, a.objective, a.bound, a.risk, a.solution.certificate);} if e>2.0 {println!("SLOW {e:.1} {tag}");} println!("OK {tag}"); Some(a)} } };
     let min = run("min", base.clone());
     if let Some(a)=min { run("cap=min", MeanCvarParams{objective: CvarObjective::MaxReturn{cvar:a.risk}, ..base.clone()}); run("cap>min", MeanCvarParams{objective: CvarObjective::MaxReturn{cvar:a.risk+0.1*a.risk.abs()}, ..base.clone()}); run("cap<min", MeanCvarParams{objective: CvarObjective::MaxReturn{cvar:a.risk-0.1*a.risk.abs()-1e-12}, ..base.clone()}); run("target=own", MeanCvarParams{objective: CvarObjective::MinRisk{target_return:a.mean}, ..base.clone()});
        if pi==0 { run("robust", MeanCvarParams{robust: Some(Wasserstein{radius:1e-3, ground: GroundNorm::default()}), ..base.clone()}); } }
     let means: Vec<f64>=(0..n).map(|i| {let col=re.column(i); if p.is_empty() {col.iter().sum::<f64>()/tt as f64} else {col.iter().zip(p).map(|(a,b)|a*b).sum()}}).collect();
     let mx=means.iter().cloned().fold(f64::NEG_INFINITY,f64::max);
     if *cn=="plain" { run("target=max", MeanCvarParams{objective: CvarObjective::MinRisk{target_return:mx}, ..base.clone()}); run("target>max", MeanCvarParams{objective: CvarObjective::MinRisk{target_return:mx+1e-3}, ..base.clone()}); }
     if *cn!="ls" { run("util", MeanCvarParams{objective: CvarObjective::Utility{risk_aversion:1e-6}, ..base.clone()}); run("util1e6", MeanCvarParams{objective: CvarObjective::Utility{risk_aversion:1e6}, ..base.clone()}); run("ratio", MeanCvarParams{objective: CvarObjective::MaxRatio{risk_free:0.0}, ..base.clone()}); run("maxret inf", MeanCvarParams{objective: CvarObjective::MaxReturn{cvar:f64::INFINITY}, ..base.clone()}); }
    }
    if pi==0 && l==0.95 && tt<=30 { for m in TailMeasure::ALL { let s=Instant::now(); let r=catch_unwind(AssertUnwindSafe(|| MeanCvar::new(MeanCvarParams{measure:m, confidence:c(l), ..Default::default()}).and_then(|x| x.allocate((&re).into())))); let tag=format!("{tt}x{n} k{k} measure {}", m.name()); match r {Err(_)=>println!("PANIC {tag}"), Ok(Err(e))=>println!("ERR {tag}: {e}"), Ok(Ok(a))=> { if a.solution.status!=Status::Converged||!a.objective.is_finite() {println!("STATUS {tag}: {:?} obj {:e} bound {:e}", a.solution.status,a.objective,a.bound);} else {println!("OK {tag}")} if s.elapsed().as_secs_f64()>2.0 {println!("SLOW {tag}")}} } } }
    if pi < 2 { let held = Weights::new(vec![1.0/n as f64;n]).unwrap(); for cost in [OverlayCost::Turnover, OverlayCost::Distance] { for cap in [0.0, 0.01, -1.0, 1e-12] { let tag=format!("{tt}x{n} k{k} p{pi} l{l} overlay {cost:?} {cap}"); let r=catch_unwind(AssertUnwindSafe(|| TailOverlay::new(TailOverlayParams{cap, confidence:c(l), cost:cost.clone(), constraints:None}).and_then(|o| o.allocate(OverlayInput{weights:&held, returns:&re, probabilities:p})))); match r {Err(_)=>println!("PANIC {tag}"), Ok(Err(e))=>println!("ERR {tag}: {e}"), Ok(Ok(d))=>{ if d.solution.status!=Status::Converged || !d.cvar_after.is_finite()||!d.price.is_finite() {println!("STATUS {tag}: {:?} after {:e} before {:e} price {:e}", d.solution.status, d.cvar_after, d.cvar_before, d.price)} else {println!("OK {tag}")} } } } } }
   } } } }
}
