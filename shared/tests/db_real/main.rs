//! Our reading of etcd's files against what etcd itself says about them: databases of many
//! shapes that etcd made, and the same files damaged on purpose.

mod agreement;
mod damage;
mod etcd;
mod http;
mod logs;
mod matrix;
mod pages;
mod shapes;
